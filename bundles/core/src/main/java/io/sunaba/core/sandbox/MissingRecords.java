package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.record.SandboxRecords;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sandboxes that the index names and that have no record.
///
/// A crash between index and record leaves such a name behind, in a creation or a deletion. There
/// is no machine then: it is made after the record, and ended before that goes. If there is one,
/// the record was lost, and the machine is not somebody's to end who does not know more.
final class MissingRecords {
    private static final Logger LOG = LoggerFactory.getLogger(MissingRecords.class);

    private final SandboxRecords records;
    private final Set<String> ids = new HashSet<>();

    MissingRecords(SandboxRecords records) {
        this.records = requireNonNull(records, "records is null");
    }

    synchronized void add(String sandboxId) {
        ids.add(sandboxId);
    }

    synchronized boolean isEmpty() {
        return ids.isEmpty();
    }

    /// Takes one out, because it has a machine, or a record again.
    ///
    /// @return whether it was one
    synchronized boolean remove(String sandboxId) {
        return ids.remove(sandboxId);
    }

    /// Takes them out of the index: nobody has a machine for them. They stay known here, should a
    /// hypervisor come that has.
    synchronized void leaveIndex() throws InterruptedException {
        for (String id : ids) {
            LOG.warn(
                    "Sandbox {} has neither record nor machine: its creation or deletion was cut"
                            + " short, unless the record was lost",
                    id);
            records.removeFromIndex(id);
        }
    }
}
