# SPDX-License-Identifier: Apache-2.0
# The three kinds of thing that are built: libraries, programs, tests.
#
#   dnvme_add_library(dnvme_base SOURCES a.cpp b.cpp DEPS fmt::fmt)      found as "base/a.h"
#   dnvme_add_program(dnvmed SOURCES main.cpp DEPS dnvme_sys)            build/user/bin/dnvmed
#   dnvme_add_test(base_test SOURCES a_test.cpp DEPS dnvme_base)         build/user/bin/base_test
#   dnvme_add_folders(<root> <folder>...)                                those that exist

# Warnings are errors, in our code only: headers of libraries and generated ones are system headers.
function(dnvme_setup target)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Werror -Wnon-virtual-dtor
                                             -Woverloaded-virtual
                                             $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/lib)
endfunction()

# Shares the precompiled headers of @donor, a target built with the same options.
function(dnvme_share_pch target donor)
    if(DNVME_PCH)
        target_precompile_headers(${target} REUSE_FROM ${donor})
        target_include_directories(${target} SYSTEM PRIVATE
                                   $<TARGET_PROPERTY:dnvme_records,INTERFACE_INCLUDE_DIRECTORIES>)
    endif()
endfunction()

# A target that only carries precompiled headers.
function(dnvme_add_pch name)
    cmake_parse_arguments(arg "" "" "HEADERS;DEPS" ${ARGN})
    if(DNVME_PCH)
        file(WRITE ${CMAKE_BINARY_DIR}/${name}.cpp "")
        add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
        dnvme_setup(${name})
        target_link_libraries(${name} PRIVATE ${arg_DEPS})
        target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
    endif()
endfunction()

function(dnvme_add_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
    add_library(${name} STATIC ${arg_SOURCES})
    dnvme_setup(${name})
    target_link_libraries(${name} PUBLIC ${arg_DEPS})
    dnvme_share_pch(${name} dnvme_pch)
endfunction()

function(dnvme_add_program name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    dnvme_setup(${name})
    target_link_libraries(${name} PRIVATE ${arg_DEPS})
    dnvme_share_pch(${name} dnvme_pch)
endfunction()

function(dnvme_add_test name)
    cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
    add_executable(${name} ${arg_SOURCES})
    dnvme_setup(${name})
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}
                                               ${PROJECT_SOURCE_DIR}/../tools/testing/unit/common)
    target_link_libraries(${name} PRIVATE ${arg_DEPS} GTest::gmock GTest::gtest_main)
    dnvme_share_pch(${name} dnvme_test_pch)
    gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST)
endfunction()

function(dnvme_add_folders root)
    foreach(folder IN LISTS ARGN)
        if(EXISTS ${root}/${folder}/CMakeLists.txt)
            add_subdirectory(${root}/${folder} ${folder})
        endif()
    endforeach()
endfunction()
