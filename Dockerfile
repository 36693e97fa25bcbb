# The service in a container. Base images are arguments, so that a site without a registry can name its own:
#   docker build --build-arg DEBIAN_IMAGE=… --build-arg JDK_IMAGE=… .
ARG DEBIAN_IMAGE=debian:bookworm
# Any image with a JDK 25 in /opt/java/openjdk.
ARG JDK_IMAGE=eclipse-temurin:25-jdk

FROM ${JDK_IMAGE} AS jdk

# What the service needs of the system: QEMU, buildah, and a Go that fetches the one that EnclaveOS is built with.
FROM ${DEBIAN_IMAGE} AS system
COPY tools/prerequisites /opt/caution/tools/prerequisites
# Maven is for building the jar only (below).
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ca-certificates curl libcap2-bin tini \
 && CAUTION_MAVEN_HOME=none /opt/caution/tools/prerequisites --install \
 && rm -rf /var/lib/apt/lists/*
COPY --from=jdk /opt/java/openjdk /opt/java/openjdk

FROM system AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends maven
COPY . /source
WORKDIR /source
ARG MAVEN_OPTIONS=""
RUN ./mvnw -q -B -ntp ${MAVEN_OPTIONS} -DskipTests package \
 && /opt/java/openjdk/bin/java -Djarmode=tools -jar target/caution.jar extract --destination /opt/caution/lib

FROM system
COPY --from=build /opt/caution/lib /opt/caution/lib
COPY deploy/caution /opt/caution/bin/caution
# Builds run in user namespaces of this user's subordinate ids. Everything that lives lies in one directory.
# newuidmap gets one capability instead of root's name: as root, but without root's capabilities, it could write no map.
RUN chmod u-s /usr/bin/newuidmap /usr/bin/newgidmap \
 && setcap cap_setuid+ep /usr/bin/newuidmap \
 && setcap cap_setgid+ep /usr/bin/newgidmap \
 && useradd --uid 10001 --create-home --shell /usr/sbin/nologin caution \
 && printf 'caution:100000:65536\n' | tee /etc/subuid >/etc/subgid \
 && install -d -o caution -g caution -m 0700 /var/lib/caution \
 && ln -s /opt/caution/bin/caution /usr/local/bin/caution
USER caution
ENV CAUTION_HOME=/var/lib/caution/home \
    CAUTION_WORKDIR=/var/lib/caution/cache
VOLUME /var/lib/caution
# API, pushes. The ports of apps are published as a range (docker-compose.yml).
EXPOSE 8080 2222
STOPSIGNAL SIGTERM
# Some engines hand added capabilities to the service itself; only newuidmap is to have them. tini takes in orphans, which
# a Java process as PID 1 would not.
ENTRYPOINT ["setpriv", "--ambient-caps", "-all", "--inh-caps", "-all", "tini", "--", "caution"]
CMD ["server"]
