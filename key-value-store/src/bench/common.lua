-- Shared by the scripts for wrk: keys drawn at random from a fixed number, values of 100 bytes.
local alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes)
  local out = {}
  for i = 1, #bytes, 3 do
    local a, b, c = bytes:byte(i, i + 2)
    local n = a * 65536 + (b or 0) * 256 + (c or 0)
    local function digit(shift)
      local at = math.floor(n / shift) % 64 + 1
      return alphabet:sub(at, at)
    end
    out[#out + 1] = digit(262144) .. digit(4096) .. (b and digit(64) or '=') .. (c and digit(1) or '=')
  end
  return table.concat(out)
end

key_count = tonumber(os.getenv('BENCH_KEYS') or '20000')
json = {['Content-Type'] = 'application/json'}
value = base64(string.rep('0123456789', 10))

-- Every run of PUTs has keys of its own, since it knows no versions of older ones; GETs read those of run 0.
local run = tonumber(os.getenv('BENCH_RUN') or '0')
keys = {}
for i = 1, key_count do
  keys[i] = base64(string.format('k%02d-%08d', run, i)) -- 12 bytes: no padding, nothing to escape
end

-- Each key once, in turn, so that none is missing; then at random. The first request that wrk asks for is never sent.
local drawn = -1
function draw_to_write()
  drawn = drawn + 1
  if drawn == 0 then
    return key_count
  end
  return drawn <= key_count and drawn or math.random(key_count)
end
