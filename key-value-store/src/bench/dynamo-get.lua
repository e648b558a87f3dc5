dofile(os.getenv('BENCH_DIR') .. '/common.lua')

function request()
  return wrk.format('GET', '/storage/' .. keys[math.random(key_count)])
end

-- A key without a value would be an answer that costs less.
function response(status, headers, body)
  if not body:find('"values":["', 1, true) then
    io.stderr:write('a key without a value: ', status, ' ', body, '\n')
    os.exit(1)
  end
end
