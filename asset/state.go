package asset

// State is where an asset, a licence or a stock stands in its life.
type State string

// The states of assets.
const (
	Proposed       State = "proposed"       // somebody asks for it
	Ordered        State = "ordered"        // at the supplier
	Received       State = "received"       // delivered, and not yet tested
	Tested         State = "tested"         // fit for use, and not yet in use
	Commissioned   State = "commissioned"   // in use
	InRepair       State = "in repair"      // out of use until it is restored
	Relocating     State = "relocating"     // on its way to another place
	Decommissioned State = "decommissioned" // out of use for good, and still here
	Disposed       State = "disposed"       // gone
	Withdrawn      State = "withdrawn"      // it was never had: the proposal or the order was called off
)

// The states of licences and stocks.
const (
	Held  State = "held"  // a licence, or a stock
	Ended State = "ended" // given up
)

// States is all states of assets, in the order of their life.
var States = []State{
	Proposed, Ordered, Received, Tested, Commissioned, InRepair, Relocating, Decommissioned, Disposed, Withdrawn,
}

// InUse reports whether it was commissioned and not yet decommissioned, be it in
// repair or on its way: whether it counts among "all computers".
func (s State) InUse() bool { return s == Commissioned || s == InRepair || s == Relocating }

// Final reports whether nothing more can become of it.
func (s State) Final() bool { return s == Disposed || s == Withdrawn || s == Ended }

// Action is something that people do to an asset, a licence or a stock. [Command]
// says what each takes.
type Action string

// The actions on assets.
const (
	Propose      Action = "propose"      // that it be bought
	Register     Action = "register"     // what is there already
	Order        Action = "order"        // it from a supplier
	Receive      Action = "receive"      // the delivery
	SendBack     Action = "send back"    // what is not as ordered
	Test         Action = "test"         // and find it fit for use
	Commission   Action = "commission"   // at its user's
	Repair       Action = "repair"       // take it out of use for a repair
	Restore      Action = "restore"      // to use, with the protocol of the repair
	Relocate     Action = "relocate"     // take it away from its place
	Place        Action = "place"        // it where it is from now on
	HandOver     Action = "hand over"    // to whoever uses it
	Upgrade      Action = "upgrade"      // it with better parts
	Install      Action = "install"      // software, in a version, or take it off
	Configure    Action = "configure"    // and keep a record of it
	Fail         Action = "fail"         // it does not serve
	Recover      Action = "recover"      // it serves again
	Amend        Action = "amend"        // what is written about it
	Decommission Action = "decommission" // for good
	Dispose      Action = "dispose"      // of it
	Withdraw     Action = "withdraw"     // the proposal or the order
	Correct      Action = "correct"      // what was recorded wrongly, which stays visible
	Report       Action = "report"       // changes to whom they are owed
)

// The actions on licences, beside Correct and Report, and on stocks.
const (
	Begin  Action = "begin"  // a licence, or a stock
	Buy    Action = "buy"    // seats of a licence, or a term of it
	Decide Action = "decide" // not to renew a term
	Allot  Action = "allot"  // seats of a licence
	Free   Action = "free"   // seats of a licence
	End    Action = "end"    // a licence, or a stock
	TakeIn Action = "take in"
	Issue  Action = "issue" // parts out of a stock
	Count  Action = "count" // what is really there
)

// Actions is all actions, in the order in which people mostly do them.
var Actions = []Action{
	Propose, Register, Order, Receive, SendBack, Test, Commission, Repair, Restore, Relocate, Place, HandOver, Upgrade, Install,
	Configure, Fail, Recover, Amend, Decommission, Dispose, Withdraw, Correct, Report,
	Begin, Buy, Decide, Allot, Free, End, TakeIn, Issue, Count,
}
