package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// confirm asks a question that is answered with yes or no.
func (s streams) confirm(ctx context.Context, question string, byDefault bool) (bool, error) {
	choices := " [y/N]"
	if byDefault {
		choices = " [Y/n]"
	}
	for {
		answer, err := s.ask(ctx, question+choices)
		if err != nil {
			return false, usage(err)
		}
		switch strings.ToLower(strings.TrimSpace(answer)) {
		case "":
			return byDefault, nil
		case "y", "yes":
			return true, nil
		case "n", "no":
			return false, nil
		}
		s.warnf("  Answer y or n.\n")
	}
}

// option is one thing to choose.
type option struct{ value, label string }

// choose lists options and asks for one, by number or name.
func (s streams) choose(ctx context.Context, question string, options []option) (string, error) {
	if len(options) == 0 {
		return "", errors.New("there is nothing to choose from")
	}
	s.warnf("%s\n", question)
	for i, o := range options {
		if number := strconv.Itoa(i + 1); number == o.value {
			s.warnf("  %s. %s\n", number, o.label)
		} else {
			s.warnf("  %s. %s: %s\n", number, o.value, o.label)
		}
	}
	for {
		answer, err := s.ask(ctx, fmt.Sprintf("Number (1-%d) or name", len(options)))
		if err != nil {
			return "", err
		}
		answer = strings.TrimSpace(answer)
		if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(options) {
			return options[n-1].value, nil
		}
		if slices.ContainsFunc(options, func(o option) bool { return o.value == answer }) {
			return answer, nil
		}
		s.warnf("  %q is none of them.\n", answer)
	}
}
