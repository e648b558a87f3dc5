dofile(os.getenv('BENCH_DIR') .. '/common.lua')

function request()
  return wrk.format('POST', '/v3/kv/put', json,
    '{"key":"' .. keys[draw_to_write()] .. '","value":"' .. value .. '"}')
end

function response(status, headers, body) end
