// SPDX-License-Identifier: Apache-2.0
#include "dnvmectl/json.h"

#include <map>
#include <string>

#include <google/protobuf/descriptor.h>

#include "dnvmectl/words.h"

namespace dnvme::ctl {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using nlohmann::ordered_json;

/// Reads a field as a repeated one (index >= 0) or as a single one.
class FieldReader {
  public:
    FieldReader(const Message& message, const FieldDescriptor& field, int index = -1)
        : message_(message), reflection_(*message.GetReflection()), field_(field), index_(index) {}

    [[nodiscard]] ordered_json read() const {
        switch (field_.cpp_type()) {
            case FieldDescriptor::CPPTYPE_BOOL:
                return get(&Reflection::GetBool, &Reflection::GetRepeatedBool);
            case FieldDescriptor::CPPTYPE_INT32:
                return get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32);
            case FieldDescriptor::CPPTYPE_INT64:
                return get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64);
            case FieldDescriptor::CPPTYPE_UINT32:
                return get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32);
            case FieldDescriptor::CPPTYPE_UINT64:
                return get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64);
            case FieldDescriptor::CPPTYPE_FLOAT:
                return get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat);
            case FieldDescriptor::CPPTYPE_DOUBLE:
                return get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble);
            case FieldDescriptor::CPPTYPE_STRING:
                return get(&Reflection::GetString, &Reflection::GetRepeatedString);
            case FieldDescriptor::CPPTYPE_ENUM:
                return word(*get(&Reflection::GetEnum, &Reflection::GetRepeatedEnum));
            case FieldDescriptor::CPPTYPE_MESSAGE:
                return to_json(index_ < 0
                                   ? reflection_.GetMessage(message_, &field_)
                                   : reflection_.GetRepeatedMessage(message_, &field_, index_));
        }
        return nullptr;
    }

  private:
    template <class Value>
    Value get(Value (Reflection::*one)(const Message&, const FieldDescriptor*) const,
              Value (Reflection::*nth)(const Message&, const FieldDescriptor*, int) const) const {
        return index_ < 0 ? (reflection_.*one)(message_, &field_)
                          : (reflection_.*nth)(message_, &field_, index_);
    }

    const Message& message_;
    const Reflection& reflection_;
    const FieldDescriptor& field_;
    int index_;
};

/// Only maps with string keys are in the API. Sorted, since a protobuf map has no order.
ordered_json map_to_json(const Message& message, const FieldDescriptor& field) {
    std::map<std::string, ordered_json> sorted;
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
        const Message& entry = message.GetReflection()->GetRepeatedMessage(message, &field, i);
        const auto key = FieldReader(entry, *field.message_type()->map_key()).read();
        sorted[key.get<std::string>()] =
            FieldReader(entry, *field.message_type()->map_value()).read();
    }
    ordered_json object = ordered_json::object();
    for (auto& [key, value] : sorted) {
        object[key] = std::move(value);
    }
    return object;
}

ordered_json list_to_json(const Message& message, const FieldDescriptor& field) {
    ordered_json list = ordered_json::array();
    const int size = message.GetReflection()->FieldSize(message, &field);
    for (int i = 0; i < size; ++i) {
        list.push_back(FieldReader(message, field, i).read());
    }
    return list;
}

bool left_out(const Message& message, const FieldDescriptor& field) {
    return field.has_presence() && !message.GetReflection()->HasField(message, &field);
}

}  // namespace

ordered_json to_json(const Message& message) {
    ordered_json object = ordered_json::object();
    const auto* descriptor = message.GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
        const FieldDescriptor& field = *descriptor->field(i);
        if (left_out(message, field)) {
            continue;
        }
        if (field.is_map()) {
            object[field.name()] = map_to_json(message, field);
        } else if (field.is_repeated()) {
            object[field.name()] = list_to_json(message, field);
        } else {
            object[field.name()] = FieldReader(message, field).read();
        }
    }
    return object;
}

}  // namespace dnvme::ctl
