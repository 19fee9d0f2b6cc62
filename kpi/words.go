package kpi

import "github.com/townclerk/townclerk/sla"

// words is what the documents of this package say, in the languages that there are, by
// their tags: see [sla.Languages].
var words = map[string]map[string]string{
	"en": {
		"card": "Process card", "symbol": "Symbol", "revision": "Revision", "annex": "Annex to", "in-force": "In force from", "category": "Category of the process",
		"main": "main", "management": "management", "supporting": "supporting", "owner": "Process owner", "units": "Executing units",
		"scope": "Subject and scope", "aim": "Aim of the process", "duties": "Responsibilities and authority", "tasks": "Tasks in detail", "steps": "Procedure",
		"inputs": "Inputs", "outputs": "Outputs", "references": "Governing documents", "glossary": "Abbreviations, terms and definitions",
		"records": "Records", "no-records": "No records", "annexes": "Annexes", "history": "History", "indicators": "Indicators for monitoring the process",
		"as-amended": "as amended", "of-date": "of", "prepared": "Prepared by", "approved": "Approved by", "from": "In force from", "to": "Replaced", "changed-by": "Changed by",
		"former": "Former version", "generated": "Generated", "generated-by": "By", "withdrawn": "WITHDRAWN", "uncontrolled": "UNCONTROLLED COPY", "controlled": "Controlled copy", "copy": "Copy",
		"released-by": "Released by", "measure": "Measure", "target": "Target", "source": "Source of measurement", "frequency": "Frequency", "unit": "Unit",
		"month": "monthly", "quarter": "quarterly", "year": "yearly", "at-least": "at least", "at-most": "at most", "more-than": "more than", "less-than": "less than",
		"informs": "none: it only informs", "role": "Role", "term": "Term", "means": "Meaning", "what": "What",
		"charter": "Charter and its attainment", "area": "Area", "subject": "Subject", "performance": "Performance measure", "by": "Attained by", "of": "Of", "met": "Met", "share": "Attained",
		"not-measured": "not measured", "scorecard": "Scorecard", "indicator": "Indicator", "period": "Period", "value": "Value", "counted": "Counted", "verdict": "Verdict", "trend": "Trend",
		"duties-title": "Duties", "duty": "Duty", "date": "Date", "due": "Due", "state": "State", "missing": "Missing", "edition": "Edition", "no-trend": "nothing was measured",
		"state.met": "met", "state.missed": "missed", "state.no data": "no data", "state.informed": "for information", "state.due": "due", "state.partial": "partial",
		"state.done": "done", "state.late": "late", "state.excused": "excused", "all": "All",
	},
	"pl": {
		"card": "Karta procesu", "symbol": "Symbol", "revision": "Wydanie", "annex": "Załącznik do", "in-force": "Obowiązuje od", "category": "Kategoria procesu",
		"main": "główny", "management": "zarządzający", "supporting": "wspomagający", "owner": "Właściciel procesu", "units": "Komórki realizujące proces",
		"scope": "Przedmiot i zakres", "aim": "Cel procesu", "duties": "Odpowiedzialność i uprawnienia", "tasks": "Zadania szczegółowe", "steps": "Przebieg",
		"inputs": "Dane wejściowe", "outputs": "Dane wyjściowe", "references": "Procedury", "glossary": "Skróty, terminy i definicje",
		"records": "Zapisy", "no-records": "Brak zapisów", "annexes": "Załączniki", "history": "Historia", "indicators": "Wskaźniki przyjęte do monitorowania procesu",
		"as-amended": "z późn. zm.", "of-date": "z dnia", "prepared": "Opracował", "approved": "Zatwierdził", "from": "Strona obowiązywała od", "to": "Do", "changed-by": "Zmieniona przez",
		"former": "Poprzednia wersja", "generated": "Generowane dnia", "generated-by": "Przez", "withdrawn": "WYCOFANA", "uncontrolled": "KOPIA NIENADZOROWANA", "controlled": "Kopia nadzorowana", "copy": "Egzemplarz",
		"released-by": "Wydał", "measure": "Miernik", "target": "Cel jakościowy", "source": "Źródło pomiaru", "frequency": "Częstotliwość pomiarów", "unit": "Komórka organizacyjna",
		"month": "miesięczne", "quarter": "kwartalne", "year": "roczne", "at-least": "co najmniej", "at-most": "najwyżej", "more-than": "więcej niż", "less-than": "mniej niż",
		"informs": "brak: tylko informuje", "role": "Rola", "term": "Termin", "means": "Znaczenie", "what": "Co",
		"charter": "Karta usług i jej realizacja", "area": "Obszar", "subject": "Przedmiot", "performance": "Miernik", "by": "Realizacja według", "of": "Z", "met": "Dotrzymano", "share": "Realizacja",
		"not-measured": "nie mierzono", "scorecard": "Karta wyników", "indicator": "Wskaźnik", "period": "Okres", "value": "Wartość", "counted": "Policzono", "verdict": "Ocena", "trend": "Przebieg",
		"duties-title": "Obowiązki", "duty": "Obowiązek", "date": "Data", "due": "Termin", "state": "Stan", "missing": "Brakuje", "edition": "Wydanie", "no-trend": "niczego nie zmierzono",
		"state.met": "osiągnięty", "state.missed": "nieosiągnięty", "state.no data": "brak danych", "state.informed": "informacyjnie", "state.due": "do wykonania", "state.partial": "częściowo",
		"state.done": "wykonano", "state.late": "po terminie", "state.excused": "usprawiedliwiono", "all": "Razem",
	},
	"sr": {
		"card": "Процедура", "symbol": "Ознака", "revision": "Издање", "annex": "Прилог уз", "in-force": "Важи од", "category": "Категорија процеса",
		"main": "главни", "management": "управљачки", "supporting": "подршка", "owner": "Носилац процеса", "units": "Организационе јединице",
		"scope": "Предмет и подручје примене", "aim": "Циљ процеса", "duties": "Одговорности и овлашћења", "tasks": "Опис процедуре", "steps": "Ток",
		"inputs": "Улази", "outputs": "Излази", "references": "Веза са другим документима", "glossary": "Скраћенице, термини и дефиниције",
		"records": "Записи", "no-records": "Нема записа", "annexes": "Прилози", "history": "Историја", "indicators": "Показатељи за праћење процеса",
		"as-amended": "са изменама", "of-date": "од", "prepared": "Израдио", "approved": "Одобрио", "from": "Важило од", "to": "Замењено", "changed-by": "Изменио",
		"former": "Претходна верзија", "generated": "Израђено", "generated-by": "Од стране", "withdrawn": "ПОВУЧЕН", "uncontrolled": "НЕКОНТРОЛИСАНА КОПИЈА", "controlled": "Контролисана копија", "copy": "Копија",
		"released-by": "Одобрио издавање", "measure": "Показатељ", "target": "Циљ", "source": "Извор", "frequency": "Учесталост", "unit": "Јединица",
		"month": "месечно", "quarter": "тромесечно", "year": "годишње", "at-least": "најмање", "at-most": "највише", "more-than": "више од", "less-than": "мање од",
		"informs": "нема: само информише", "role": "Улога", "term": "Термин", "means": "Значење", "what": "Шта",
		"charter": "Повеља и њено остварење", "area": "Област", "subject": "Предмет", "performance": "Мерило", "by": "Остварено према", "of": "Од", "met": "Испуњено", "share": "Остварење",
		"not-measured": "није мерено", "scorecard": "Преглед показатеља", "indicator": "Показатељ", "period": "Период", "value": "Вредност", "counted": "Избројано", "verdict": "Оцена", "trend": "Ток",
		"duties-title": "Дужности", "duty": "Дужност", "date": "Датум", "due": "Рок", "state": "Стање", "missing": "Недостаје", "edition": "Издање", "no-trend": "ништа није мерено",
		"state.met": "испуњено", "state.missed": "није испуњено", "state.no data": "нема података", "state.informed": "информативно", "state.due": "предстоји", "state.partial": "делимично",
		"state.done": "урађено", "state.late": "са закашњењем", "state.excused": "оправдано", "all": "Укупно",
	},
	"he": {
		"card": "כרטיס תהליך", "symbol": "סימול", "revision": "מהדורה", "annex": "נספח ל", "in-force": "בתוקף מ־", "category": "סוג התהליך",
		"main": "ראשי", "management": "ניהולי", "supporting": "תומך", "owner": "בעל התהליך", "units": "יחידות מבצעות",
		"scope": "נושא ותחולה", "aim": "מטרת התהליך", "duties": "אחריות וסמכות", "tasks": "משימות מפורטות", "steps": "שלבי הנוהל",
		"inputs": "תשומות", "outputs": "תפוקות", "references": "מסמכים מחייבים", "glossary": "קיצורים, מונחים והגדרות",
		"records": "רשומות", "no-records": "אין רשומות", "annexes": "נספחים", "history": "היסטוריה", "indicators": "מדדים למעקב אחר התהליך",
		"as-amended": "על תיקוניו", "of-date": "מיום", "prepared": "הכין", "approved": "אישר", "from": "בתוקף מ־", "to": "הוחלף", "changed-by": "שונה על ידי",
		"former": "גרסה קודמת", "generated": "הופק", "generated-by": "על ידי", "withdrawn": "בוטל", "uncontrolled": "עותק לא מבוקר", "controlled": "עותק מבוקר", "copy": "עותק",
		"released-by": "שוחרר על ידי", "measure": "מדד", "target": "יעד", "source": "מקור המדידה", "frequency": "תדירות", "unit": "יחידה",
		"month": "חודשי", "quarter": "רבעוני", "year": "שנתי", "at-least": "לפחות", "at-most": "לכל היותר", "more-than": "יותר מ־", "less-than": "פחות מ־",
		"informs": "אין: לידיעה בלבד", "role": "תפקיד", "term": "מונח", "means": "משמעות", "what": "מה",
		"charter": "אמנת השירות ועמידה בה", "area": "תחום", "subject": "נושא", "performance": "מדד ביצוע", "by": "נמדד לפי", "of": "מתוך", "met": "עמדנו", "share": "עמידה",
		"not-measured": "לא נמדד", "scorecard": "כרטיס ניקוד", "indicator": "מדד", "period": "תקופה", "value": "ערך", "counted": "נספר", "verdict": "תוצאה", "trend": "מגמה",
		"duties-title": "חובות", "duty": "חובה", "date": "תאריך", "due": "מועד", "state": "מצב", "missing": "חסר", "edition": "מהדורה", "no-trend": "דבר לא נמדד",
		"state.met": "הושג", "state.missed": "לא הושג", "state.no data": "אין נתונים", "state.informed": "לידיעה", "state.due": "לביצוע", "state.partial": "בוצע חלקית",
		"state.done": "בוצע", "state.late": "באיחור", "state.excused": "נפטר", "all": "הכול",
	},
	"fa": {
		"card": "شناسنامهٔ فرایند", "symbol": "نماد", "revision": "ویرایش", "annex": "پیوست", "in-force": "معتبر از", "category": "نوع فرایند",
		"main": "اصلی", "management": "مدیریتی", "supporting": "پشتیبان", "owner": "مالک فرایند", "units": "واحدهای مجری",
		"scope": "موضوع و دامنه", "aim": "هدف فرایند", "duties": "مسئولیت و اختیار", "tasks": "وظایف", "steps": "روند کار",
		"inputs": "ورودی\u200cها", "outputs": "خروجی\u200cها", "references": "مدارک مرجع", "glossary": "کوته\u200cنوشت\u200cها و تعاریف",
		"records": "سوابق", "no-records": "سابقه\u200cای ندارد", "annexes": "پیوست\u200cها", "history": "تاریخچه", "indicators": "شاخص\u200cهای پایش فرایند",
		"as-amended": "با اصلاحات بعدی", "of-date": "مورخ", "prepared": "تهیه\u200cکننده", "approved": "تأییدکننده", "from": "معتبر از", "to": "جایگزین\u200cشده", "changed-by": "تغییر توسط",
		"former": "نسخهٔ پیشین", "generated": "تولیدشده در", "generated-by": "توسط", "withdrawn": "منسوخ از", "uncontrolled": "نسخهٔ کنترل\u200cنشده", "controlled": "نسخهٔ کنترل\u200cشده", "copy": "نسخه",
		"released-by": "صادرکننده", "measure": "سنجه", "target": "هدف", "source": "منبع اندازه\u200cگیری", "frequency": "دوره", "unit": "واحد",
		"month": "ماهانه", "quarter": "فصلی", "year": "سالانه", "at-least": "دست\u200cکم", "at-most": "حداکثر", "more-than": "بیش از", "less-than": "کمتر از",
		"informs": "ندارد: فقط برای اطلاع", "role": "نقش", "term": "واژه", "means": "معنا", "what": "چه",
		"charter": "منشور و میزان تحقق آن", "area": "حوزه", "subject": "موضوع", "performance": "معیار عملکرد", "by": "سنجش با", "of": "از", "met": "محقق", "share": "تحقق",
		"not-measured": "سنجیده نشد", "scorecard": "کارنامهٔ شاخص\u200cها", "indicator": "شاخص", "period": "دوره", "value": "مقدار", "counted": "شمارش", "verdict": "نتیجه", "trend": "روند",
		"duties-title": "وظایف", "duty": "وظیفه", "date": "تاریخ", "due": "مهلت", "state": "وضعیت", "missing": "ناقص", "edition": "ویرایش", "no-trend": "چیزی سنجیده نشد",
		"state.met": "محقق", "state.missed": "محقق نشد", "state.no data": "بدون داده", "state.informed": "برای اطلاع", "state.due": "در انتظار", "state.partial": "ناقص",
		"state.done": "انجام شد", "state.late": "دیرتر", "state.excused": "معاف", "all": "همه",
	},
}

// say returns a word in the language.
func say(l *sla.Language, key string) string { return words[l.Tag()][key] }

// stateWord is what a state is called: by the policy, else by the language.
func (p *Policy) stateWord(s State, l *sla.Language) string {
	if p.titles.Of(tableStates, string(s)) != nil {
		return p.Title(tableStates, string(s), l.Tag())
	}
	if word := say(l, "state."+string(s)); word != "" {
		return word
	}
	return string(s)
}
