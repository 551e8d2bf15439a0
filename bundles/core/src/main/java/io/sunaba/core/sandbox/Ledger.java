package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.workflow.Uninterrupted;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The record of one sandbox: what is known here, and what is stored. Read without a lock, changed
/// under the sandbox's exclusive one.
final class Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);

    private final Environment environment;
    private final Events events;
    private volatile SandboxRecord record;
    private boolean unsaved;

    /// What [#intend] saved, and nothing was made of yet.
    private @Nullable SandboxRecord intended;

    Ledger(Environment environment, Events events, SandboxRecord record) {
        this.environment = requireNonNull(environment, "environment is null");
        this.events = requireNonNull(events, "events is null");
        this.record = requireNonNull(record, "record is null");
    }

    SandboxRecord record() {
        return record;
    }

    /// Saves a record and makes it the one that is known. If it cannot be saved, nothing changes,
    /// and the caller takes back what it did.
    void commit(SandboxRecord next) {
        Uninterrupted.run(() -> environment.records().save(next));
        publish(next);
        saved();
    }

    private void saved() {
        unsaved = false;
        intended = null;
    }

    /// Saves what is about to be done and makes nothing of it known. What is done is then
    /// committed; if it is not done, [#flush] takes it back.
    void intend(SandboxRecord next) {
        intended = null;
        Uninterrupted.run(() -> environment.records().save(next));
        unsaved = true;
        intended = next;
    }

    /// Takes note of what has happened and cannot be taken back, and saves it. If it cannot be
    /// saved now, it is known all the same, and saved with the next change. What was intended just
    /// so is saved already.
    void note(SandboxRecord next) {
        publish(next);
        if (next.equals(intended)) {
            saved();
        } else {
            unsaved = true;
            flush();
        }
    }

    /// As [#note], but nothing is saved yet.
    void noteUnsaved(SandboxRecord next) {
        publish(next);
        unsaved = true;
    }

    /// Saves what is not saved yet.
    void flush() {
        if (!unsaved) {
            return;
        }
        SandboxRecord current = record;
        try {
            Uninterrupted.run(() -> environment.records().save(current));
            saved();
        } catch (RuntimeException e) {
            LOG.error(
                    "The state of sandbox {} cannot be saved; it is tried again with its next change",
                    current.id(),
                    e);
        }
    }

    private void publish(SandboxRecord next) {
        SandboxRecord before = record;
        record = next;
        events.publishChanges(before, next);
    }
}
