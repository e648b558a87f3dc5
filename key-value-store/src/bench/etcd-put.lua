dofile(os.getenv('BENCH_DIR') .. '/common.lua')

function request()
  return wrk.format('POST', '/v3/kv/put', json,
    '{"key":"' .. keys[math.random(key_count)] .. '","value":"' .. value .. '"}')
end

function response(status, headers, body) end
