-- lesson: what a scenario says to those who watch it. A run does not depend on it.
-- SPDX-License-Identifier: MIT
local core, require = ...
local measures = require "tailback.measures"
local schema = require "tailback.schema"
local time = require "tailback.time"

local lesson = {}

local QUESTION = schema.fields("tb.question", {
  { "text", "text", required = true, about = "what to ask" },
  { "choices", "list", of = "text", required = true, expected = "a list of texts",
    about = "a list of two or more texts" },
  { "answer", "integer", min = 1, required = true, about = "the number of the right choice" },
  { "because", "text" },
  { "at", "duration", default = 0 },
})

-- A question to ask before the answer is seen: when the run begins, or at a time.
function lesson.question(fields)
  local checked = schema.check(QUESTION, fields)
  time.read("tb.question", "at", fields.at or 0)
  if #checked.choices < 2 then
    core.fail("tb.question: a question has two choices at least")
  elseif checked.answer > #checked.choices then
    core.fail(("tb.question: answer: expected the number of a choice, 1 to %d, got %d"):format(
      #checked.choices, checked.answer))
  end
  core.ask(checked.at, checked.text, checked.choices, checked.answer, checked.because or "")
end

-- tb.caption(from, text [, to]): what to show below the picture.
function lesson.caption(from, text, to)
  local first = time.read("tb.caption", "from", from)
  schema.argument("tb.caption", "text", { type = "text" }, text)
  local last = to ~= nil and time.read("tb.caption", "to", to) or nil
  if last and last <= first then
    core.fail(("tb.caption: to: expected a time after %s, got %s"):format(
      schema.show(from), schema.show(to)))
  end
  core.caption(first, last, text)
end

-- tb.bookmark(time, label): a place on the timeline to jump to.
function lesson.bookmark(moment, label)
  local nanoseconds = time.read("tb.bookmark", "time", moment)
  core.bookmark(nanoseconds, schema.argument("tb.bookmark", "label", { type = "text" }, label))
end

-- tb.pause_when(label, condition): a viewer pauses when it becomes true.
function lesson.pause_when(label, condition)
  time.require_scenario()
  schema.argument("tb.pause_when", "label", { type = "text" }, label)
  schema.argument("tb.pause_when", "condition", { type = "function" }, condition)
  core.pause(label)
  core.pause_when(condition, label)
end

-- tb.chart(title, measure, ...): measures to draw in one picture.
function lesson.chart(title, ...)
  time.require_scenario()
  schema.argument("tb.chart", "title", { type = "text" }, title)
  local shown = {}
  for index = 1, select("#", ...) do
    shown[index] = measures.name_of("tb.chart", (select(index, ...)))
  end
  if #shown == 0 then
    core.fail('tb.chart: name the measures to draw, as in tb.chart("depth", '
      .. 'tb.measures["beijing/queue/depth"])')
  end
  core.chart(title, shown)
end

return lesson
