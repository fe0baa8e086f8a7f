# inkling-server in a container: the API on port 8000, the page on port 8501, the weights inside.
#
#   docker build -t inkling .
#   docker run --rm --read-only -p 8000:8000 -p 8501:8501 inkling
#
# --build-arg SOURCE_URL=https://… is what the page's "About" links to, VERSION and REVISION what
# the image's labels say.
#
# The target "trainer" is the inkling tool, for the CPU (Dockerfile.cuda: for NVIDIA GPUs):
#
#   docker build --target trainer -t inkling-trainer .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" inkling-trainer \
#     train --data data/mnist --out runs/first
ARG BASE_IMAGE=debian:12-slim

FROM ${BASE_IMAGE} AS trainer-builder
WORKDIR /src
COPY script/bootstrap script/common.sh script/
RUN script/bootstrap build
COPY . .
RUN --mount=type=cache,target=/root/.cache/ccache \
    cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/opt/inkling \
      -DINKLING_BUILD_SERVER=OFF -DINKLING_BUILD_TESTS=OFF \
 && cmake --build build --target inkling inkling-bench \
 && cmake --install build --strip --component tool \
 && cmake --install build --component common
RUN deploy/image-root /opt/inkling /image

FROM scratch AS trainer
COPY --from=trainer-builder /image /
# The letters in the charts.
COPY --from=trainer-builder /etc/fonts /etc/fonts
COPY --from=trainer-builder /usr/share/fonts /usr/share/fonts
USER 65534:65534
WORKDIR /work
ENTRYPOINT ["/opt/inkling/bin/inkling"]

FROM ${BASE_IMAGE} AS builder
WORKDIR /src
COPY script/bootstrap script/common.sh script/
RUN script/bootstrap server
COPY . .
ARG SOURCE_URL=""
RUN --mount=type=cache,target=/root/.cache/ccache \
    cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/opt/inkling \
      -DINKLING_BUILD_TRAINER=OFF -DINKLING_BUILD_TESTS=OFF \
      -DINKLING_SOURCE_URL="$SOURCE_URL" \
 && cmake --build build \
 && cmake --install build --strip
# What the image is: the server with its libraries, and a user without rights. No shell, no
# package manager: what is not there cannot be used against it.
RUN deploy/image-root /opt/inkling /image

FROM scratch
COPY --from=builder /image /
ARG SOURCE_URL=""
ARG VERSION=""
ARG REVISION=""
LABEL org.opencontainers.image.title="Inkling" \
      org.opencontainers.image.description="Recognizes handwritten digits over HTTP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="$SOURCE_URL" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
USER 65534:65534
EXPOSE 8000 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["/opt/inkling/bin/inkling-server", "healthcheck"]
ENTRYPOINT ["/opt/inkling/bin/inkling-server"]
