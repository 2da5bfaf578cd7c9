#!/bin/sh
# Makes the secrets of compose.yaml: random passwords and the addresses that bear them, in ./secrets beside this file (or in $1).
# What is there already stays.  The folder is for its owner alone; the files are readable for the users within the containers.
set -eu
folder=${1:-$(dirname "$0")/secrets}
umask 022
mkdir -p "$folder/passwords"
chmod 700 "$folder"

made() { [ -s "$folder/$1" ] || openssl rand -hex 24 > "$folder/$1"; }
address() { [ -s "$folder/$1" ] || printf '%s\n' "$2" > "$folder/$1"; }
members=mongodb1:27017,mongodb2:27017,mongodb3:27017

made redis_password
made mongodb_owner
for user in worker analyst clerk admin; do made "passwords/$user"; done
[ -s "$folder/mongodb_key" ] || openssl rand -base64 378 | tr -d '\n' > "$folder/mongodb_key"
made privacy_key

address redis_url "redis://govcrawl:$(cat "$folder/redis_password")@redis:6379/0"
address mongodb_owner_uri "mongodb://govcrawl_owner:$(cat "$folder/mongodb_owner")@$members/govcrawl?replicaSet=rs0&authSource=admin"
for user in worker clerk; do
  address "mongodb_${user}_uri" "mongodb://govcrawl_$user:$(cat "$folder/passwords/$user")@$members/govcrawl?replicaSet=rs0&authSource=govcrawl"
done
