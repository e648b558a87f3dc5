dofile(os.getenv('BENCH_DIR') .. '/common.lua')

function request()
  return wrk.format('POST', '/v3/kv/range', json, '{"key":"' .. keys[math.random(key_count)] .. '"}')
end

function response(status, headers, body)
  if not body:find('"kvs"', 1, true) then
    io.stderr:write('a key without a value: ', status, ' ', body, '\n')
    os.exit(1)
  end
end
