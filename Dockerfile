# The product only: templ's output and the style sheet are committed, so nothing is generated here and no Node is needed.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /tenantry ./cmd/tenantry

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin tenantry \
 && install -d -o tenantry -g tenantry -m 0700 /data
COPY --from=build /tenantry /usr/local/bin/tenantry
USER tenantry
VOLUME /data
EXPOSE 8080
ENV TENANTRY_LISTEN=:8080 TENANTRY_DATA_DIR=/data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["tenantry"]
CMD ["serve"]
