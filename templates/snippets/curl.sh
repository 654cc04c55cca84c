curl -i -H 'content-type: application/json' \
  -H "x-api-key: {key}" \
  -d '{event}' '{endpoint}'
