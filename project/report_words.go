package project

import (
	"slices"

	"github.com/townclerk/townclerk/sla"
)

// reportWords is what reports and pictures say, in the languages that there are, by their
// tags: see [sla.Languages].
var reportWords = map[string]map[string]string{
	"en": {
		"status": "Status of a project", "as-of": "As of", "zone": "Times of", "number": "Number", "title": "Title", "phase": "Phase", "rests-in": "Rests in",
		"class": "Class", "lead": "Led by", "partner": "With", "demander": "Demanded by", "demanded": "Demanded", "ended": "Ended", "cause": "Cause",
		"reference": "Reference", "origin": "From ticket", "baseline": "Baseline", "limit": "Deviation allowed", "limit-of": "Counts for", "time-only": "time", "time-cost": "time and cost",
		"table.promises": "Promises", "table.milestones": "Milestones", "table.totals": "In total", "table.deliverables": "Deliverables", "table.results": "Tests",
		"table.changes": "Changes", "table.baselines": "Baselines", "table.alarms": "Alarms", "table.documents": "Documents", "table.notes": "Notes",
		"target": "Target", "due": "Due", "state": "State", "early": "before the minimum", "milestone": "Milestone", "planned": "Planned", "expected": "Done or expected",
		"days": "Days planned", "late": "Days late", "share": "Deviation", "forecast-share": "Forecast", "cost": "Cost planned", "over": "Cost over", "cost-share": "Deviation in cost",
		"cost-forecast": "Forecast of the cost", "level": "Judgement", "held-up": "Because of", "level.fine": "within the plan", "level.warning": "forecast to exceed", "level.exceeded": "exceeded",
		"whole": "The whole project", "kind": "Kind", "name": "Name", "ordered": "Ordered", "delivered": "Delivered", "reviewed": "Reviewed", "decided": "Decided", "text": "Text",
		"passed": "Passed", "yes": "yes", "no": "no", "at": "When", "by": "By", "asked": "Asked", "installed": "Installed", "approved-at": "Approved", "reason": "Reason", "end": "Last day",
		"of": "Of", "of.time": "time", "of.cost": "cost", "more": "More by", "gantt": "Plan and progress", "today": "today", "legend.baseline": "baseline", "legend.done": "done", "legend.open": "expected",
		"legend.warning": "forecast to exceed", "legend.exceeded": "exceeded", "no-plan": "There is no approved plan yet.",
		"state.intake": "intake", "state.planning": "specification and planning", "state.approval": "waits for approval", "state.execution": "execution", "state.acceptance": "acceptance",
		"state.closed": "closed", "state.on hold": "on hold", "state.rejected": "rejected", "state.cancelled": "cancelled", "state.ordered": "ordered", "state.delivered": "delivered",
		"state.reviewed": "reviewed", "state.approved": "approved", "state.returned": "returned", "state.asked": "asked for", "state.installed": "installed", "state.draft": "draft",
		"state.submitted": "submitted", "state.active": "active",
	},
	"fa": {
		"status": "وضعیت پروژه", "as-of": "وضعیت در", "zone": "منطقهٔ زمانی", "number": "شماره", "title": "عنوان", "phase": "مرحله", "rests-in": "متوقف در مرحلهٔ",
		"class": "رده", "lead": "ادارهٔ راهبر", "partner": "با همکاری", "demander": "درخواست\u200cکننده", "demanded": "تاریخ درخواست", "ended": "پایان", "cause": "علت",
		"reference": "مرجع", "origin": "از درخواست", "baseline": "برنامهٔ مبنا", "limit": "انحراف مجاز", "limit-of": "شامل", "time-only": "زمان", "time-cost": "زمان و هزینه",
		"table.promises": "تعهدها", "table.milestones": "نقاط عطف", "table.totals": "در مجموع", "table.deliverables": "اقلام تحویلی", "table.results": "آزمون\u200cها",
		"table.changes": "تغییرات", "table.baselines": "برنامه\u200cهای مبنا", "table.alarms": "هشدارها", "table.documents": "اسناد", "table.notes": "یادداشت\u200cها",
		"target": "تعهد", "due": "مهلت", "state": "وضعیت", "early": "پیش از حداقل", "milestone": "نقطهٔ عطف", "planned": "برنامه", "expected": "انجام یا پیش\u200cبینی",
		"days": "روزهای برنامه", "late": "روزهای تأخیر", "share": "انحراف", "forecast-share": "پیش\u200cبینی", "cost": "هزینهٔ برنامه", "over": "مازاد هزینه", "cost-share": "انحراف هزینه",
		"cost-forecast": "پیش\u200cبینی هزینه", "level": "ارزیابی", "held-up": "به سبب", "level.fine": "طبق برنامه", "level.warning": "پیش\u200cبینی عبور از حد", "level.exceeded": "عبور از حد",
		"whole": "کل پروژه", "kind": "نوع", "name": "نام", "ordered": "سفارش", "delivered": "تحویل", "reviewed": "بررسی", "decided": "تصمیم", "text": "شرح",
		"passed": "پذیرفته", "yes": "بله", "no": "خیر", "at": "زمان", "by": "توسط", "asked": "درخواست", "installed": "نصب", "approved-at": "تأیید", "reason": "دلیل", "end": "روز پایانی",
		"of": "از نظر", "of.time": "زمان", "of.cost": "هزینه", "more": "بیشتر به اندازهٔ", "gantt": "برنامه و پیشرفت", "today": "امروز", "legend.baseline": "برنامهٔ مبنا", "legend.done": "انجام\u200cشده", "legend.open": "پیش\u200cبینی\u200cشده",
		"legend.warning": "پیش\u200cبینی عبور از حد", "legend.exceeded": "عبور از حد", "no-plan": "هنوز برنامهٔ تأییدشده\u200cای نیست.",
		"state.intake": "پذیرش درخواست", "state.planning": "مشخصات و برنامه\u200cریزی", "state.approval": "در انتظار تأیید", "state.execution": "اجرا", "state.acceptance": "آزمون پذیرش",
		"state.closed": "بسته", "state.on hold": "متوقف", "state.rejected": "ردشده", "state.cancelled": "لغوشده", "state.ordered": "سفارش\u200cشده", "state.delivered": "تحویل\u200cشده",
		"state.reviewed": "بررسی\u200cشده", "state.approved": "تأییدشده", "state.returned": "برگشت\u200cخورده", "state.asked": "درخواست\u200cشده", "state.installed": "نصب\u200cشده", "state.draft": "پیش\u200cنویس",
		"state.submitted": "ارائه\u200cشده", "state.active": "فعال",
	},
	"he": {
		"status": "סטטוס פרויקט", "as-of": "נכון ל־", "zone": "אזור זמן", "number": "מספר", "title": "שם", "phase": "שלב", "rests-in": "מוקפא בשלב",
		"class": "סוג", "lead": "בהובלת", "partner": "בשיתוף", "demander": "הדורש", "demanded": "מועד הדרישה", "ended": "הסתיים", "cause": "סיבה",
		"reference": "סימוכין", "origin": "מקריאה", "baseline": "תכנית בסיס", "limit": "סטייה מותרת", "limit-of": "חלה על", "time-only": "זמן", "time-cost": "זמן ועלות",
		"table.promises": "התחייבויות", "table.milestones": "אבני דרך", "table.totals": "סך הכול", "table.deliverables": "תוצרים", "table.results": "מבחנים",
		"table.changes": "שינויים", "table.baselines": "תכניות בסיס", "table.alarms": "התראות", "table.documents": "מסמכים", "table.notes": "הערות",
		"target": "יעד", "due": "מועד", "state": "סטטוס", "early": "לפני המינימום", "milestone": "אבן דרך", "planned": "מתוכנן", "expected": "בוצע או צפוי",
		"days": "ימים מתוכננים", "late": "ימי איחור", "share": "סטייה", "forecast-share": "תחזית", "cost": "עלות מתוכננת", "over": "חריגה בעלות", "cost-share": "סטייה בעלות",
		"cost-forecast": "תחזית העלות", "level": "הערכה", "held-up": "בגלל", "level.fine": "לפי התכנית", "level.warning": "צפויה חריגה", "level.exceeded": "חריגה",
		"whole": "הפרויקט כולו", "kind": "סוג", "name": "שם", "ordered": "הוזמן", "delivered": "נמסר", "reviewed": "נבדק", "decided": "הוחלט", "text": "פירוט",
		"passed": "עבר", "yes": "כן", "no": "לא", "at": "מתי", "by": "מאת", "asked": "נדרש", "installed": "הותקן", "approved-at": "אושרה", "reason": "נימוק", "end": "יום אחרון",
		"of": "של", "of.time": "זמן", "of.cost": "עלות", "more": "יותר ב־", "gantt": "תכנית והתקדמות", "today": "היום", "legend.baseline": "תכנית בסיס", "legend.done": "בוצע", "legend.open": "צפוי",
		"legend.warning": "צפויה חריגה", "legend.exceeded": "חריגה", "no-plan": "אין עדיין תכנית מאושרת.",
		"state.intake": "קליטת הדרישה", "state.planning": "אפיון ותכנון", "state.approval": "ממתין לאישור", "state.execution": "ניהול והקמה", "state.acceptance": "מבחני קבלה",
		"state.closed": "סגור", "state.on hold": "מוקפא", "state.rejected": "נדחה", "state.cancelled": "בוטל", "state.ordered": "הוזמן", "state.delivered": "נמסר",
		"state.reviewed": "נבדק", "state.approved": "אושר", "state.returned": "הוחזר", "state.asked": "התבקש", "state.installed": "הותקן", "state.draft": "טיוטה",
		"state.submitted": "הוגש", "state.active": "פעיל",
	},
	"pl": {
		"status": "Stan projektu", "as-of": "Stan na", "zone": "Strefa czasowa", "number": "Numer", "title": "Nazwa", "phase": "Faza", "rests-in": "Wstrzymany w fazie",
		"class": "Klasa", "lead": "Prowadzi", "partner": "Wspólnie z", "demander": "Zgłaszający", "demanded": "Zgłoszono", "ended": "Zakończono", "cause": "Przyczyna",
		"reference": "Podstawa", "origin": "Ze zgłoszenia", "baseline": "Plan bazowy", "limit": "Dopuszczalne odchylenie", "limit-of": "Dotyczy", "time-only": "czasu", "time-cost": "czasu i kosztu",
		"table.promises": "Zobowiązania", "table.milestones": "Kamienie milowe", "table.totals": "Razem", "table.deliverables": "Produkty", "table.results": "Testy",
		"table.changes": "Zmiany", "table.baselines": "Plany bazowe", "table.alarms": "Alarmy", "table.documents": "Dokumenty", "table.notes": "Notatki",
		"target": "Cel", "due": "Termin", "state": "Stan", "early": "przed minimum", "milestone": "Kamień milowy", "planned": "Plan", "expected": "Wykonanie lub prognoza",
		"days": "Dni w planie", "late": "Dni opóźnienia", "share": "Odchylenie", "forecast-share": "Prognoza", "cost": "Koszt planowany", "over": "Przekroczenie kosztu", "cost-share": "Odchylenie kosztu",
		"cost-forecast": "Prognoza kosztu", "level": "Ocena", "held-up": "Z powodu", "level.fine": "zgodnie z planem", "level.warning": "grozi przekroczenie", "level.exceeded": "przekroczono",
		"whole": "Cały projekt", "kind": "Rodzaj", "name": "Nazwa", "ordered": "Zamówiono", "delivered": "Dostarczono", "reviewed": "Sprawdzono", "decided": "Rozstrzygnięto", "text": "Opis",
		"passed": "Zaliczony", "yes": "tak", "no": "nie", "at": "Kiedy", "by": "Kto", "asked": "Zgłoszono", "installed": "Wdrożono", "approved-at": "Zatwierdzono", "reason": "Powód", "end": "Ostatni dzień",
		"of": "Czego", "of.time": "czasu", "of.cost": "kosztu", "more": "Więcej o", "gantt": "Plan i postęp", "today": "dziś", "legend.baseline": "plan bazowy", "legend.done": "wykonano", "legend.open": "prognoza",
		"legend.warning": "grozi przekroczenie", "legend.exceeded": "przekroczono", "no-plan": "Nie ma jeszcze zatwierdzonego planu.",
		"state.intake": "przyjęcie", "state.planning": "specyfikacja i planowanie", "state.approval": "czeka na zatwierdzenie", "state.execution": "realizacja", "state.acceptance": "odbiór",
		"state.closed": "zamknięty", "state.on hold": "wstrzymany", "state.rejected": "odrzucony", "state.cancelled": "odwołany", "state.ordered": "zamówiony", "state.delivered": "dostarczony",
		"state.reviewed": "sprawdzony", "state.approved": "zatwierdzony", "state.returned": "zwrócony", "state.asked": "zgłoszona", "state.installed": "wdrożona", "state.draft": "projekt",
		"state.submitted": "przedłożony", "state.active": "obowiązujący",
	},
	"sr": {
		"status": "Стање пројекта", "as-of": "Стање на дан", "zone": "Временска зона", "number": "Број", "title": "Назив", "phase": "Фаза", "rests-in": "Мирује у фази",
		"class": "Врста", "lead": "Води", "partner": "Заједно са", "demander": "Подносилац", "demanded": "Поднето", "ended": "Завршено", "cause": "Узрок",
		"reference": "Основ", "origin": "Из захтева", "baseline": "Основни план", "limit": "Дозвољено одступање", "limit-of": "Важи за", "time-only": "време", "time-cost": "време и трошак",
		"table.promises": "Обавезе", "table.milestones": "Прекретнице", "table.totals": "Укупно", "table.deliverables": "Испоруке", "table.results": "Тестови",
		"table.changes": "Измене", "table.baselines": "Основни планови", "table.alarms": "Упозорења", "table.documents": "Документи", "table.notes": "Белешке",
		"target": "Рок", "due": "До када", "state": "Стање", "early": "пре најмањег рока", "milestone": "Прекретница", "planned": "План", "expected": "Извршење или прогноза",
		"days": "Планирани дани", "late": "Дани кашњења", "share": "Одступање", "forecast-share": "Прогноза", "cost": "Планирани трошак", "over": "Прекорачење трошка", "cost-share": "Одступање трошка",
		"cost-forecast": "Прогноза трошка", "level": "Оцена", "held-up": "Због", "level.fine": "по плану", "level.warning": "прети прекорачење", "level.exceeded": "прекорачено",
		"whole": "Цео пројекат", "kind": "Врста", "name": "Назив", "ordered": "Наручено", "delivered": "Испоручено", "reviewed": "Прегледано", "decided": "Одлучено", "text": "Опис",
		"passed": "Прошао", "yes": "да", "no": "не", "at": "Када", "by": "Ко", "asked": "Затражено", "installed": "Уграђено", "approved-at": "Одобрено", "reason": "Разлог", "end": "Последњи дан",
		"of": "Чега", "of.time": "време", "of.cost": "трошак", "more": "Више за", "gantt": "План и напредак", "today": "данас", "legend.baseline": "основни план", "legend.done": "извршено", "legend.open": "прогноза",
		"legend.warning": "прети прекорачење", "legend.exceeded": "прекорачено", "no-plan": "Још нема одобреног плана.",
		"state.intake": "пријем", "state.planning": "спецификација и планирање", "state.approval": "чека одобрење", "state.execution": "извршење", "state.acceptance": "пријемни тестови",
		"state.closed": "затворен", "state.on hold": "мирује", "state.rejected": "одбијен", "state.cancelled": "отказан", "state.ordered": "наручено", "state.delivered": "испоручено",
		"state.reviewed": "прегледано", "state.approved": "одобрено", "state.returned": "враћено", "state.asked": "затражено", "state.installed": "уграђено", "state.draft": "нацрт",
		"state.submitted": "поднет", "state.active": "на снази",
	},
}

// reportWord returns a word of reports in the language.
func reportWord(l *sla.Language, key string) string { return reportWords[l.Tag()][key] }

// stateWord returns what the policy calls a state in the language, or else what that is
// called in general.
func (p *Policy) stateWord(s State, l *sla.Language) string {
	if title := p.titles.Of(tableStates, string(s))[l.Tag()]; title != "" {
		return title
	}
	if slices.Contains(States, s) {
		return reportWord(l, "state."+string(s))
	}
	return string(s)
}
