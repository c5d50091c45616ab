package profile

import (
	"context"

	"github.com/gongdao/gongdao/fault"
)

type run struct {
	ctx context.Context
	in  Source
	out Sink
	say func(Progress)
}

func (r *run) do() (Profile, error) {
	return Profile{}, fault.Malformed.Errorf("opendata.profile.unbuilt", "this file cannot be read yet")
}
