# SPDX-License-Identifier: Apache-2.0
# How everything is compiled.

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(DNVME_SANITIZE "" CACHE STRING "sanitizers to build with, such as address,undefined")
option(DNVME_PCH "precompile headers that nearly every file includes" ON)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# One code model and threads for libraries and programs alike, so that they can share precompiled
# headers.
add_compile_options(-fPIE -pthread -fdiagnostics-color=auto)
add_link_options(-pie -pthread)
if(DNVME_SANITIZE)
    add_compile_options(-fsanitize=${DNVME_SANITIZE} -fno-sanitize-recover=all
                        -fno-omit-frame-pointer)
    add_link_options(-fsanitize=${DNVME_SANITIZE})
endif()

# A compiler cache sees through precompiled headers only if told so, and clang must not put the
# time of the build into them.
find_program(DNVME_CCACHE ccache)
if(DNVME_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
        # Another clone finds what this one has built.
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}/.. CCACHE_NOHASHDIR=1 ${DNVME_CCACHE})
    if(DNVME_PCH AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
        add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
    elseif(DNVME_PCH)
        add_compile_options(-fpch-preprocess)
    endif()
endif()
