-- Every PUT writes a key of its own for the first time. BENCH_RUN tells runs apart.
dofile(os.getenv('BENCH_DIR') .. '/common.lua')

local run = tonumber(os.getenv('BENCH_RUN') or '0')
local sent = 0

function request()
  sent = sent + 1
  local key = base64(string.format('f%02d-%08d', run, sent))
  return wrk.format('PUT', '/storage', json, '{"key":"' .. key .. '","value":"' .. value .. '"}')
end
