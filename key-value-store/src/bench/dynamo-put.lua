-- Each PUT replaces the value of a key from the version that the last PUT of that key got. The
-- request's id says which key an answer is about.
dofile(os.getenv('BENCH_DIR') .. '/common.lua')

local versions, busy, sent = {}, {}, 0

function request()
  local i
  repeat
    i = draw_to_write()
  until not busy[i]
  busy[i] = sent > 0 or nil
  sent = sent + 1
  json['X-Request-Id'] = tostring(i)
  return wrk.format('PUT', '/storage', json,
    '{"key":"' .. keys[i] .. '","value":"' .. value .. '","fromVersion":"' .. (versions[i] or '') .. '"}')
end

function response(status, headers, body)
  local i = tonumber(headers['X-Request-Id'] or headers['x-request-id'])
  busy[i] = nil
  if status == 200 then
    versions[i] = body:match('"version":"([^"]*)"')
  end
end
