"""The mark that stands before a reply for each signal, the same on every channel."""

from handlers.message import Signal

MARKS = {
    Signal.NONE: "",
    Signal.NO: "⛔",
    Signal.CAREFUL: "⚠️",
    Signal.YES: "✅",
    Signal.IF: "🔶",
    Signal.MUST: "❗",
    Signal.ADVICE: "💡",
    Signal.INFO: "ℹ️",
    Signal.SILENT: "🤷",
    Signal.HELP: "🆘",
    Signal.RIGHT: "✅",
    Signal.WRONG: "❌",
}
