package ticket

import (
	"slices"

	"github.com/townclerk/townclerk/sla"
)

// reportWords is what reports say, in the languages that there are, by their tags: see
// [sla.Languages].
var reportWords = map[string]map[string]string{
	"en": {
		"weekly": "Weekly report: the calls that were opened, and how each stands", "monthly": "Monthly report: work and efficiency of the handlers",
		"yearly": "Yearly summary of the tickets", "targets": "Attainment of the targets", "channels": "Tickets by channel",
		"table.totals": "Totals", "table.calls": "Calls", "table.states": "How they stand", "table.handlers": "Handlers", "table.months": "Months",
		"table.departments": "Departments", "table.classes": "Classes", "table.channels": "Channels", "table.targets": "Targets",
		"number": "Number", "opened": "Opened", "closed": "Closed", "channel": "Channel", "opener": "Opened by", "unit": "Unit", "department": "Department",
		"class": "Class", "subject": "Subject", "state": "State", "handler": "Handler", "treatment": "Treatment", "due": "Next due", "missed": "Missed",
		"calls": "Calls", "cancelled": "Cancelled", "moved": "Became projects", "open": "Open at the end", "entries": "Entries of work", "worked": "Time worked",
		"met": "Met", "kept": "Kept", "month": "Month", "target": "Target", "kind": "Kind", "running": "Running", "called-off": "Called off",
		"undetermined": "Undetermined", "overrun": "Took longer", "timed": "Timed", "median": "Median", "p90": "90th percentile", "share": "Share",
		"tickets": "Tickets", "this-year": "This year", "year-before": "Year before", "opened-before": "Opened, year before", "compared": "Compared",
		"nobody": "nobody", "none": "none",
		"state.new": "new", "state.pending": "waits for approval", "state.assigned": "assigned", "state.waiting": "waiting", "state.at vendor": "at the vendor",
		"state.treated": "treated", "state.closed": "closed", "state.cancelled": "cancelled", "state.moved": "became a project",
	},
	"fa": {
		"weekly": "گزارش هفتگی: درخواست\u200cهای ثبت\u200cشده و وضعیت هر یک", "monthly": "گزارش ماهانه: کار و کارایی کارشناسان",
		"yearly": "خلاصهٔ سالانهٔ درخواست\u200cها", "targets": "میزان تحقق تعهدها", "channels": "درخواست\u200cها به تفکیک کانال",
		"table.totals": "جمع کل", "table.calls": "درخواست\u200cها", "table.states": "وضعیت آن\u200cها", "table.handlers": "کارشناسان", "table.months": "ماه\u200cها",
		"table.departments": "اداره\u200cها", "table.classes": "رده\u200cها", "table.channels": "کانال\u200cها", "table.targets": "تعهدها",
		"number": "شماره", "opened": "ثبت", "closed": "بسته\u200cشده", "channel": "کانال", "opener": "درخواست\u200cکننده", "unit": "واحد", "department": "اداره",
		"class": "رده", "subject": "موضوع", "state": "وضعیت", "handler": "کارشناس", "treatment": "اقدام", "due": "مهلت بعدی", "missed": "نقض\u200cشده",
		"calls": "تعداد", "cancelled": "لغوشده", "moved": "تبدیل به پروژه", "open": "باز در پایان", "entries": "ثبت\u200cهای کار", "worked": "زمان کار",
		"met": "رعایت\u200cشده", "kept": "درصد رعایت", "month": "ماه", "target": "تعهد", "kind": "نوع", "running": "در جریان", "called-off": "منتفی",
		"undetermined": "نامعین", "overrun": "طولانی\u200cتر از برآورد", "timed": "زمان\u200cسنجی\u200cشده", "median": "میانه", "p90": "صدک ۹۰", "share": "سهم",
		"tickets": "درخواست\u200cها", "this-year": "امسال", "year-before": "سال پیش", "opened-before": "ثبت در سال پیش", "compared": "نسبت به پیش",
		"nobody": "بدون کارشناس", "none": "بدون",
		"state.new": "جدید", "state.pending": "در انتظار تأیید", "state.assigned": "ارجاع\u200cشده", "state.waiting": "در انتظار", "state.at vendor": "نزد پیمانکار",
		"state.treated": "انجام\u200cشده", "state.closed": "بسته", "state.cancelled": "لغوشده", "state.moved": "تبدیل\u200cشده به پروژه",
	},
	"he": {
		"weekly": "דוח שבועי: הקריאות שנפתחו וסטטוס כל אחת", "monthly": "דוח חודשי: עבודה ויעילות של המטפלים",
		"yearly": "דוח שנתי מסכם של הקריאות", "targets": "עמידה ביעדים", "channels": "קריאות לפי ערוץ",
		"table.totals": "סך הכול", "table.calls": "קריאות", "table.states": "סטטוס הקריאות", "table.handlers": "מטפלים", "table.months": "חודשים",
		"table.departments": "מחלקות", "table.classes": "סוגים", "table.channels": "ערוצים", "table.targets": "יעדים",
		"number": "מספר", "opened": "נפתחה", "closed": "נסגרה", "channel": "ערוץ", "opener": "פותח הקריאה", "unit": "יחידה", "department": "מחלקה",
		"class": "סוג", "subject": "נושא", "state": "סטטוס", "handler": "מטפל", "treatment": "אופן הטיפול", "due": "המועד הבא", "missed": "לא עמדו ביעד",
		"calls": "מספר קריאות", "cancelled": "בוטלו", "moved": "הפכו לפרויקט", "open": "פתוחות בסוף", "entries": "רישומי עבודה", "worked": "זמן עבודה",
		"met": "עמדו ביעד", "kept": "שיעור עמידה", "month": "חודש", "target": "יעד", "kind": "סוג היעד", "running": "בטיפול", "called-off": "ירדו מהפרק",
		"undetermined": "לא נקבע", "overrun": "ארכו יותר מההערכה", "timed": "נמדדו", "median": "חציון", "p90": "אחוזון 90", "share": "חלק",
		"tickets": "קריאות", "this-year": "השנה", "year-before": "שנה קודמת", "opened-before": "נפתחו בשנה הקודמת", "compared": "ביחס לקודמת",
		"nobody": "ללא מטפל", "none": "ללא",
		"state.new": "חדשה", "state.pending": "ממתינה לאישור", "state.assigned": "הועברה לטיפול", "state.waiting": "ממתינה", "state.at vendor": "אצל הספק",
		"state.treated": "טופלה", "state.closed": "סגורה", "state.cancelled": "בוטלה", "state.moved": "הפכה לפרויקט",
	},
	"pl": {
		"weekly": "Raport tygodniowy: zgłoszenia i stan każdego z nich", "monthly": "Raport miesięczny: praca i efektywność prowadzących",
		"yearly": "Roczne podsumowanie zgłoszeń", "targets": "Realizacja celów", "channels": "Zgłoszenia według kanałów",
		"table.totals": "Razem", "table.calls": "Zgłoszenia", "table.states": "Stan zgłoszeń", "table.handlers": "Prowadzący", "table.months": "Miesiące",
		"table.departments": "Wydziały", "table.classes": "Klasy", "table.channels": "Kanały", "table.targets": "Cele",
		"number": "Numer", "opened": "Przyjęto", "closed": "Zamknięto", "channel": "Kanał", "opener": "Zgłaszający", "unit": "Jednostka", "department": "Wydział",
		"class": "Klasa", "subject": "Temat", "state": "Stan", "handler": "Prowadzący", "treatment": "Sposób załatwienia", "due": "Najbliższy termin", "missed": "Niedotrzymane",
		"calls": "Liczba", "cancelled": "Odwołano", "moved": "Stały się projektami", "open": "Otwarte na koniec", "entries": "Wpisy pracy", "worked": "Czas pracy",
		"met": "Dotrzymane", "kept": "Dotrzymano", "month": "Miesiąc", "target": "Cel", "kind": "Rodzaj", "running": "W toku", "called-off": "Nieaktualne",
		"undetermined": "Nieustalone", "overrun": "Trwały dłużej", "timed": "Zmierzone", "median": "Mediana", "p90": "90. percentyl", "share": "Udział",
		"tickets": "Zgłoszenia", "this-year": "Ten rok", "year-before": "Poprzedni rok", "opened-before": "Przyjęto w poprzednim roku", "compared": "W porównaniu",
		"nobody": "bez prowadzącego", "none": "brak",
		"state.new": "nowe", "state.pending": "czeka na zatwierdzenie", "state.assigned": "przydzielone", "state.waiting": "oczekuje", "state.at vendor": "u dostawcy",
		"state.treated": "załatwione", "state.closed": "zamknięte", "state.cancelled": "odwołane", "state.moved": "stało się projektem",
	},
	"sr": {
		"weekly": "Недељни извештај: отворени захтеви и стање сваког", "monthly": "Месечни извештај: рад и ефикасност извршилаца",
		"yearly": "Годишњи преглед захтева", "targets": "Остварење рокова", "channels": "Захтеви по каналима",
		"table.totals": "Укупно", "table.calls": "Захтеви", "table.states": "Стање захтева", "table.handlers": "Извршиоци", "table.months": "Месеци",
		"table.departments": "Одељења", "table.classes": "Врсте", "table.channels": "Канали", "table.targets": "Рокови",
		"number": "Број", "opened": "Отворено", "closed": "Затворено", "channel": "Канал", "opener": "Подносилац", "unit": "Јединица", "department": "Одељење",
		"class": "Врста", "subject": "Предмет", "state": "Стање", "handler": "Извршилац", "treatment": "Начин решавања", "due": "Следећи рок", "missed": "Пробијено",
		"calls": "Захтева", "cancelled": "Отказано", "moved": "Постали пројекти", "open": "Отворено на крају", "entries": "Уписи рада", "worked": "Време рада",
		"met": "Испуњено", "kept": "Удео испуњених", "month": "Месец", "target": "Рок", "kind": "Врста рока", "running": "У току", "called-off": "Обустављено",
		"undetermined": "Неодређено", "overrun": "Трајало дуже", "timed": "Измерено", "median": "Медијана", "p90": "90. перцентил", "share": "Удео",
		"tickets": "Захтеви", "this-year": "Ова година", "year-before": "Претходна година", "opened-before": "Отворено претходне године", "compared": "У односу на претходну",
		"nobody": "без извршиоца", "none": "без",
		"state.new": "нов", "state.pending": "чека одобрење", "state.assigned": "додељен", "state.waiting": "чека", "state.at vendor": "код добављача",
		"state.treated": "решен", "state.closed": "затворен", "state.cancelled": "отказан", "state.moved": "постао пројекат",
	},
}

// reportWord returns a word of reports in the language.
func reportWord(l *sla.Language, key string) string { return reportWords[l.Tag()][key] }

// stateWord returns what the policy calls a state in the language, or else what
// that is called in general.
func (p *Policy) stateWord(s State, l *sla.Language) string {
	if title := p.titles.Of(tableStates, string(s))[l.Tag()]; title != "" {
		return title
	}
	if slices.Contains(States, s) {
		return reportWord(l, "state."+string(s))
	}
	return string(s)
}
