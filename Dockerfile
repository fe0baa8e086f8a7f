# inkling-server in a container: the API on port 8000, the page on port 8501, the weights inside.
#
#   docker build -t inkling .
#   docker run --rm -p 8000:8000 -p 8501:8501 inkling
#
# --build-arg SOURCE_URL=https://… is what the page's "About" links to.
ARG BASE_IMAGE=debian:12-slim

FROM ${BASE_IMAGE} AS builder
WORKDIR /src
COPY script/bootstrap script/common.sh script/
RUN script/bootstrap server
COPY . .
ARG SOURCE_URL=""
RUN cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/opt/inkling \
      -DINKLING_BUILD_TRAINER=OFF -DINKLING_BUILD_TESTS=OFF \
      -DINKLING_SOURCE_URL="$SOURCE_URL" \
 && cmake --build build \
 && cmake --install build --strip

FROM ${BASE_IMAGE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libfmt9 liblodepng0 libpistache0 libprometheus-cpp-core1.0 libspdlog1.10 libssl3 \
      libturbojpeg0 libwebp7 zlib1g \
 && rm -rf /var/lib/apt/lists/*
COPY --from=builder /opt/inkling /opt/inkling
USER 65534:65534
EXPOSE 8000 8501
ENTRYPOINT ["/opt/inkling/bin/inkling-server"]
