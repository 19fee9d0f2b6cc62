// Command townclerk shows what the library makes of a municipality's promises.
//
//	townclerk demo                      three offices at work: what is promised, kept and missed, and who is told;
//	                                    on SQLite or, with --database postgres://…, on PostgreSQL
//	townclerk explain POLICYDIR --at …  what somebody who reports that now is promised, and why; --lang he says it in Hebrew
//	townclerk check POLICYDIR           what is odd about a policy, and whether it keeps to its vectors and to what must hold of every policy;
//	                                    with --record, first write vectors of its breakpoints for a person to review
//	townclerk align POLICYDIR           which promises the vendors behind them cannot keep, and by when tickets have to be handed over;
//	                                    with --picture, also a week of each as SVG
//	townclerk lock POLICYDIR            write sla.lock.toml: the dates of the holidays, so that no upgrade moves them;
//	                                    with --check, only say whether it would change
//	townclerk replay POLICYDIR OTHERDIR HISTORY
//	                                    what another edition would have made of what happened
//	townclerk import FILE --map servicenow --policy POLICYDIR --out tickets.jsonl
//	                                    make tickets of another system's log, a CSV, and say what could not be read and why;
//	                                    doing it twice changes nothing. Without --out, only say so
//	townclerk report weekly POLICYDIR tickets.jsonl
//	                                    a week's calls and how each stands; or the monthly or yearly work, how the targets were attained,
//	                                    or the channels; as text, Markdown, HTML or CSV
//
// It exits with 1 if what it was given to read has mistakes or fails a check, which
// it prints line by line, and with 2 if it was called wrongly.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // so that it runs where no time zones are installed

	"github.com/alecthomas/kong"
)

type commands struct {
	Demo    demo    `cmd:"" help:"Show three offices at work: what is promised, kept and missed, and who is told."`
	Check   check   `cmd:"" help:"Lint a policy, and check it against its vectors and against what must hold of every policy."`
	Lock    lock    `cmd:"" help:"Write down on which dates the holidays of a policy fall, in sla.lock.toml, so that no upgrade moves them."`
	Explain explain `cmd:"" help:"Say what is promised by a policy, when it is due, and why."`
	Align   aligns  `cmd:"" help:"Say which promises the vendors behind them cannot keep, by when tickets have to be handed over, and which are lost already."`
	Replay  replay  `cmd:"" help:"Say what another edition of a policy would have made of a history: what it would have met, missed and moved, and why."`
	Import  imports `cmd:"" help:"Make tickets of another system's log, and say what could not be read and why."`
	Report  reports `cmd:"" help:"Tell of a week, a month or a year of tickets: the calls, the work, the targets or the channels."`
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run does what the arguments say and returns the exit status.
func run(args []string, stdout, stderr *os.File) int {
	var c commands
	parser := kong.Must(&c,
		kong.Name("townclerk"),
		kong.Description("What a municipality's IT department has promised: when it is due, and why."),
		kong.Writers(stdout, stderr),
		kong.Vars{"parts": partNames()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	ctx, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(stderr, "townclerk: %v\nTry: townclerk --help\n", err)
		return 2
	}
	out := bufio.NewWriter(stdout)
	ctx.BindTo(out, (*io.Writer)(nil))
	err = ctx.Run(style{colour: wantsColour(stdout)}, screen{stderr})
	if failed := out.Flush(); err == nil {
		err = failed
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}
