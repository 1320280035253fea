#!/bin/sh
# Turns the CDNOW purchase list (customer, YYYYMMDD, number of CDs, dollars) into customers.csv and orders.csv for
# `laoke import customers` and `laoke import orders`.
#   bench/cdnow_to_csv.sh CDNOW_master.txt OUT_FOLDER
set -eu
if [ $# -ne 2 ] || [ ! -r "$1" ]; then
  echo "usage: $0 CDNOW_master.txt OUT_FOLDER (the first must be readable)" >&2
  exit 2
fi
mkdir -p "$2"
tr -d '\r' < "$1" | awk -v customers="$2/customers.csv" -v orders="$2/orders.csv" '
  BEGIN {
    print "external_id,name" > customers
    print "external_id,customer_id,date,product,quantity,amount,currency,state" > orders
  }
  NF == 4 && $1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+$/ {
    if (!seen[$1]++) print "cdnow-" $1 ",Customer " $1 > customers
    # A customer may buy twice a day: the running number keeps such orders apart.
    print "cdnow-" $1 "-" $2 "-" ++nth[$1, $2] ",cdnow-" $1 "," $2 ",CD," $3 "," $4 ",USD,completed" > orders
  }'
