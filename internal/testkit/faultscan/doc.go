// Package faultscan reads the faults out of the source and holds them against
// the catalogue: every code has a zh-TW sentence with the verbs of the English
// one (invariant EveryFaultSpeaks).
//
// It sees fault.Kind.Errorf and Error.At with literal codes and sentences. A
// table of codes is marked for it by a comment above its function or variable:
//
//	//fault:table code=2 format=3
//
// which says at which place of each inner literal, from 0, code and sentence
// stand.
package faultscan
