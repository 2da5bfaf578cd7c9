#!/bin/sh
# mongod takes a key file only from its owner's hands; a mounted secret is somebody else's.
set -eu
install -o mongodb -g mongodb -m 400 /run/secrets/mongodb_key /tmp/key
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/key --bind_ip_all "$@"
