#!/bin/sh
# Starts Redis or Valkey with users.acl and the password that lies in PASSWORD_FILE; further words go to the server.
# The password is written as its SHA-256: neither the command line nor the file shows it.
set -eu
here=$(dirname "$0")
server=${SERVER:-valkey-server}
password_file=${PASSWORD_FILE:-/run/secrets/redis_password}
users=$(mktemp)
chmod 600 "$users"
digest=$(tr -d '\r\n' < "$password_file" | sha256sum | cut -d ' ' -f 1)
sed "s/^user govcrawl on /user govcrawl on #$digest /" "$here/users.acl" > "$users"
exec "$server" "$here/valkey.conf" --aclfile "$users" "$@"
