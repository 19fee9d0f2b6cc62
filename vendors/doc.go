// Package vendors keeps what a municipality has agreed with its vendors.
//
// A [Contract] is what was agreed and how that changed; [Contract.At] returns what
// is agreed at an instant, and [Contract.Terms] what the vendor promises then, in
// the form in which package sla judges it.
package vendors
