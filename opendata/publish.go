package opendata

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gongdao/gongdao/civic"
	"github.com/gongdao/gongdao/fault"
	"github.com/gongdao/gongdao/internal/access"
	"github.com/gongdao/gongdao/internal/db"
)

// mayPublishFor allows stewards of the agency, and the program itself (command
// line, demonstration), which acts without an actor under the operator's hand.
func mayPublishFor(ctx context.Context, agency civic.AgencyID) error {
	who := access.From(ctx)
	if isOperator(ctx) {
		return nil
	}
	if err := access.Holding(access.Steward).Check(who); err != nil {
		return err
	}
	if who.Agency != agency {
		return fault.NotFound.Errorf("opendata.not-found", "there is no such dataset or version here; it may have another name now, so try the search")
	}
	return nil
}

type operatorKey struct{}

// AsOperator marks work that the person at the machine started: the command
// line and the demonstration's own seeding. No request ever carries the mark.
func AsOperator(ctx context.Context) context.Context {
	return context.WithValue(ctx, operatorKey{}, true)
}

func isOperator(ctx context.Context) bool { return ctx.Value(operatorKey{}) != nil }

// Publish makes a draft public under the next number of its resource.
// Publishing a published version again changes nothing.
// Errors: fault.NotFound, fault.Forbidden, fault.Conflict for a withdrawn one.
func (s *Service) Publish(ctx context.Context, version string) (Version, error) {
	return s.PublishWith(ctx, version, "")
}

// PublishWith publishes a draft that holds national ids: an officer signs the
// reason why they may be public. Errors: as of Publish, and fault.Invalid
// without a reason where one is needed.
func (s *Service) PublishWith(ctx context.Context, version, reason string) (Version, error) {
	if err := s.signed(ctx, version, reason); err != nil {
		return Version{}, err
	}
	var v Version
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		v, err = s.publish(ctx, tx, version, reason)
		return err
	})
	if err != nil {
		return Version{}, fmt.Errorf("opendata: publish %s: %w", version, err)
	}
	return v, nil
}

// signed asks for a reason where a file holds national ids (個人資料保護法 §6, §16).
func (s *Service) signed(ctx context.Context, version, reason string) error {
	var v Version
	err := s.needs.DB.Read(ctx, func(tx *db.Tx) error {
		var d Dataset
		var err error
		if v, d, err = versionWithDataset(tx, version); err != nil {
			return err
		}
		return mayPublishFor(ctx, d.Agency)
	})
	if err != nil || v.State != Draft {
		return err
	}
	p, err := s.Profile(ctx, v)
	if err != nil {
		return err
	}
	if p.Personal.Blocks() && strings.TrimSpace(reason) == "" {
		const sentence = "this file holds national ids; write why they may be public, and the article that allows it"
		return fault.Invalid.Errorf("opendata.personal-reason", sentence).At("reason", "opendata.personal-reason", sentence)
	}
	return nil
}

// versionWithDataset returns a version and the dataset it belongs to.
func versionWithDataset(tx *db.Tx, version string) (Version, Dataset, error) {
	v, err := versionByID(tx, version)
	if err != nil {
		return v, Dataset{}, err
	}
	r, err := resourceByID(tx, v.Resource)
	if err != nil {
		return v, Dataset{}, err
	}
	d, err := datasetByID(tx, r.Dataset)
	return v, d, err
}

func (s *Service) publish(ctx context.Context, tx *db.Tx, version, reason string) (Version, error) {
	v, d, err := versionWithDataset(tx, version)
	if err != nil {
		return Version{}, err
	}
	if err := mayPublishFor(ctx, d.Agency); err != nil {
		return Version{}, err
	}
	if v.State == Published {
		return v, nil
	}
	if !v.State.canBecome(Published) {
		return Version{}, fault.Conflict.Errorf("opendata.bad-move", "a version that is %s cannot become %s", string(v.State), string(Published))
	}
	number, _, err := publishVersion(tx, v.ID, access.From(ctx).Officer, strings.TrimSpace(reason))
	if err != nil {
		return Version{}, err
	}
	v.State, v.Number, v.PublishedAt = Published, number, tx.Now()
	if err := touchDataset(tx, d.ID, true); err != nil {
		return Version{}, err
	}
	if err := closeImport(tx, v.ID); err != nil {
		return Version{}, err
	}
	return v, emitPublished(tx, d, v)
}

// closeImport marks the import that made the version as done, if one did.
func closeImport(tx *db.Tx, version string) error {
	i, ok, err := importOfVersion(tx, version)
	if err != nil || !ok {
		return err
	}
	i.State, i.Stage = Done, "published"
	_, err = moveImport(tx, i, InReview, Working)
	return err
}

func emitPublished(tx *db.Tx, d Dataset, v Version) error {
	if d.PublishedAt.IsZero() {
		if err := tx.Emit(DatasetPublished{ID: tx.NewID(), Dataset: d.ID, Slug: d.Slug, Agency: d.Agency}); err != nil {
			return err
		}
	}
	return tx.Emit(VersionPublished{ID: tx.NewID(), Dataset: d.ID, Resource: v.Resource, Version: v.ID,
		Number: v.Number, Agency: d.Agency, SHA256: v.SHA256, Rows: v.Rows})
}

// maxReason bounds what is shown in public beside a withdrawn version, in characters.
const maxReason = 1000

// Withdraw stops offering a published version. Its number stays taken and its
// page says why it is gone. Errors: fault.NotFound, fault.Forbidden,
// fault.Invalid without a reason, fault.Conflict unless it is published.
func (s *Service) Withdraw(ctx context.Context, version string, reason civic.Text) error {
	err := s.needs.DB.Write(ctx, func(tx *db.Tx) error {
		v, d, err := versionWithDataset(tx, version)
		if err != nil {
			return err
		}
		if err := mayPublishFor(ctx, d.Agency); err != nil {
			return err
		}
		if reason.Empty() {
			return fault.Invalid.Errorf("opendata.reason-missing", "say why the version is withdrawn; its page will show the reason").
				At("reason", "opendata.reason-missing", "say why the version is withdrawn; its page will show the reason")
		}
		if utf8.RuneCountInString(reason.ZhTW) > maxReason || utf8.RuneCountInString(reason.En) > maxReason {
			return fault.Invalid.Errorf("opendata.reason-long", "keep the reason within 1,000 characters").
				At("reason", "opendata.reason-long", "keep the reason within 1,000 characters")
		}
		moved, err := withdrawVersion(tx, v.ID, reason)
		if err != nil {
			return err
		}
		if !moved {
			return fault.Conflict.Errorf("opendata.bad-move", "a version that is %s cannot become %s", string(v.State), string(Withdrawn))
		}
		if err := touchDataset(tx, d.ID, false); err != nil {
			return err
		}
		return tx.Emit(VersionWithdrawn{ID: tx.NewID(), Dataset: d.ID, Version: v.ID, Agency: d.Agency})
	})
	if err != nil {
		return fmt.Errorf("opendata: withdraw %s: %w", version, err)
	}
	s.answers.forget(version)
	return nil
}
