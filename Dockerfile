# The steps are those of scripts/build.ts: nothing is made here that `bun run build` does not make.
FROM oven/bun:1.4.4-debian AS build
WORKDIR /build
COPY package.json bun.lock ./
COPY patches ./patches
RUN bun install --frozen-lockfile
COPY . .
RUN bun run build

FROM debian:12-slim
RUN useradd --system --no-create-home --shell /usr/sbin/nologin teamsheet \
 && install --directory --owner=teamsheet --group=teamsheet --mode=0700 /storage
COPY --from=build /build/dist/teamsheet /usr/local/bin/teamsheet
USER teamsheet
ENV DATA_DIR=/storage HOST=0.0.0.0 PORT=3000
VOLUME /storage
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["teamsheet", "healthcheck"]
ENTRYPOINT ["teamsheet"]
CMD ["serve"]
