# One image for all services: `docker run headwater collector`, `… enricher`, `… jobs topics`.
# Each step is a script that `npm test` also runs outside a container (suite "image").
FROM node:24-slim AS build
WORKDIR /src
COPY . .
RUN deploy/image/assemble.sh /image

FROM node:24-slim AS programs
ENV NODE_ENV=production
ENV NODE_OPTIONS="--max-semi-space-size=8 --disable-warning=TimeoutNegativeWarning"
COPY --from=build /image /app
WORKDIR /app
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["node", "--enable-source-maps", "/app/entrypoint.mjs"]

# The sandbox alone, for developers: `docker build --target sandbox -t headwater-sandbox .`, `docker run -p 127.0.0.1:9090:9090 headwater-sandbox`.
FROM programs AS sandbox
EXPOSE 9090
CMD ["sandbox"]

FROM programs
