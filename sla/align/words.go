package align

import (
	"strings"

	"github.com/townclerk/townclerk/sla"
)

// words is what the document says besides the sentences of package sla, by language.
var words = map[string]map[string]string{
	"en": {
		"none": "No promise names one of a vendor behind it.",
		"lost": "Open, and lost already", "ticket": "Ticket", "due": "Due", "vendor-due": "The vendor is due", "handed-over": "Handed over",
		"title": "Our promises, and those of the vendors behind them", "targets": "Promises", "weeks": "A week of each, by when it starts",
		"target": "Target", "vendor": "Vendor's promise", "contract": "Contract", "for": "For", "default": "none: the default",
		"worst": "Least slack at once", "from": "Starts from", "to": "to", "fit": "It is", "slack": "Slack at once", "reserve": "Slack after our own targets",
		"latest": "Hand over by", "after": "after {t}", "at": "from {t}", "until": "until {t}", "before": "before {t}", "range": "{a} to {b}",
		"never": "never", "closed": "closed", "shares": "{fit}: {n} %", "hours": "of the time on {t}", "summary": "Each promise, by how much of the time it can be kept", "week": "The week from {t}",
	},
	"he": {
		"none": "אף התחייבות אינה נשענת על התחייבות של ספק.",
		"lost": "פתוחות שכבר אבודות", "ticket": "פנייה", "due": "מועד היעד", "vendor-due": "מועד הספק", "handed-over": "הועברה לספק",
		"title": "ההתחייבויות שלנו ושל הספקים שמאחוריהן", "targets": "התחייבויות", "weeks": "שבוע לכל אחת, לפי מועד ההתחלה",
		"target": "יעד", "vendor": "התחייבות הספק", "contract": "הסכם", "for": "עבור", "default": "אין: ברירת המחדל",
		"worst": "המרווח הקטן בהעברה מיידית", "from": "מתחיל מ", "to": "עד", "fit": "מצב", "slack": "מרווח בהעברה מיידית", "reserve": "מרווח לאחר היעדים שלנו",
		"latest": "להעביר עד", "after": "אחרי {t}", "at": "מ{t}", "until": "עד {t} (כולל)", "before": "לפני {t}", "range": "{a} עד {b}",
		"never": "לעולם לא", "closed": "סגור", "shares": "{fit}: \u2068{n} %\u2069", "hours": "מהזמן לפי {t}", "summary": "כל התחייבות, לפי חלק הזמן שבו ניתן לעמוד בה", "week": "השבוע מ{t}",
	},
	"fa": {
		"none": "هیچ تعهدی به تعهد پیمانکاری وابسته نیست.",
		"lost": "باز، و دیگر ناشدنی", "ticket": "درخواست", "due": "موعد", "vendor-due": "موعد پیمانکار", "handed-over": "تحویل شده",
		"title": "تعهدهای ما و تعهدهای پیمانکاران پشت آن\u200cها", "targets": "تعهدها", "weeks": "یک هفته از هر کدام، بر پایهٔ زمان آغاز",
		"target": "هدف", "vendor": "تعهد پیمانکار", "contract": "قرارداد", "for": "برای", "default": "ندارد: پیش\u200cفرض",
		"worst": "کمترین فرصت با تحویل بی\u200cدرنگ", "from": "آغاز از", "to": "تا", "fit": "وضعیت", "slack": "فرصت با تحویل بی\u200cدرنگ", "reserve": "فرصت پس از هدف\u200cهای خودمان",
		"latest": "تحویل تا", "after": "پس از {t}", "at": "از {t}", "until": "تا خود {t}", "before": "پیش از {t}", "range": "{a} تا {b}",
		"never": "هرگز", "closed": "بسته", "shares": "{fit}: \u2068{n} %\u2069", "hours": "از زمان بر پایهٔ {t}", "summary": "هر تعهد، بر پایهٔ سهم زمانی که عملی است", "week": "هفتهٔ از {t}",
	},
	"pl": {
		"none": "Za żadnym zobowiązaniem nie stoi zobowiązanie dostawcy.",
		"lost": "Otwarte, już nie do dotrzymania", "ticket": "Zgłoszenie", "due": "Termin", "vendor-due": "Termin dostawcy", "handed-over": "Przekazano",
		"title": "Nasze zobowiązania i stojące za nimi zobowiązania dostawców", "targets": "Zobowiązania", "weeks": "Tydzień każdego z nich, według początku",
		"target": "Cel", "vendor": "Zobowiązanie dostawcy", "contract": "Umowa", "for": "Dla", "default": "brak: wartość domyślna",
		"worst": "Najmniejszy zapas od razu", "from": "Początek od", "to": "do", "fit": "Jest", "slack": "Zapas przy przekazaniu od razu", "reserve": "Zapas po naszych celach",
		"latest": "Przekazać do", "after": "po {t}", "at": "od {t}", "until": "do {t} włącznie", "before": "przed {t}", "range": "{a} do {b}",
		"never": "nigdy", "closed": "zamknięte", "shares": "{fit}: {n} %", "hours": "czasu według {t}", "summary": "Każde zobowiązanie, według części czasu, w której jest dotrzymalne", "week": "Tydzień od {t}",
	},
	"sr": {
		"none": "Ни иза једног обећања не стоји обећање добављача.",
		"lost": "Отворено, а већ неоствариво", "ticket": "Захтев", "due": "Рок", "vendor-due": "Рок добављача", "handed-over": "Предато",
		"title": "Наша обећања и обећања добављача иза њих", "targets": "Обећања", "weeks": "Недеља сваког, по почетку",
		"target": "Циљ", "vendor": "Обећање добављача", "contract": "Уговор", "for": "За", "default": "нема: подразумевано",
		"worst": "Најмања резерва при предаји одмах", "from": "Почетак од", "to": "до", "fit": "Стање", "slack": "Резерва при предаји одмах", "reserve": "Резерва после наших циљева",
		"latest": "Предати до", "after": "после {t}", "at": "од {t}", "until": "до {t} укључујући", "before": "пре {t}", "range": "{a} до {b}",
		"never": "никад", "closed": "затворено", "shares": "{fit}: {n} %", "hours": "времена по календару {t}", "summary": "Свако обећање, по делу времена у коме је оствариво", "week": "Недеља од {t}",
	},
}

// say returns a text in the language, with what stands between braces put in.
func say(l *sla.Language, key string, put ...string) string {
	return strings.NewReplacer(put...).Replace(words[l.Tag()][key])
}
