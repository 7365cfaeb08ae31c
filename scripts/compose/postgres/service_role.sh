#!/bin/sh
# Runs once, when the volume is empty: SERVICE names the role and the database.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set service="$SERVICE" --set password="$(cat /run/bookshop/secrets/password)" <<'SQL'
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE CONNECT, TEMPORARY ON DATABASE :"service" FROM PUBLIC;
SQL
