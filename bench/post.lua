dofile(debug.getinfo(1, 'S').source:match('^@(.*/)') .. 'done.lua')

wrk.method = 'POST'
wrk.headers['Content-Type'] = 'application/json'

local body, mark, number

function init(args)
  body, mark, number = args[1], args[2], tonumber(args[3])
end

function request()
  number = number + 1
  return wrk.format(nil, nil, nil, (body:gsub(mark, number)))
end
