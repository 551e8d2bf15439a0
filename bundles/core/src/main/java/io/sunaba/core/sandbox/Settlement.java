package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.record.ContainerRecord;
import io.sunaba.core.record.ContainerRecord.Intent;
import io.sunaba.core.record.DeviceRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.sandbox.SandboxState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Settles what an earlier process had begun with the containers, devices and interfaces of a
/// sandbox. Called under the sandbox's exclusive lock.
///
/// Nobody was told that a container was created: that is undone. One that was being started may run
/// by now, one that was being deleted may be gone, and one that was being changed may have changed:
/// that is completed.
final class Settlement {
    private static final Logger LOG = LoggerFactory.getLogger(Settlement.class);

    private final Parts parts;
    private final ContainerWork work;
    private final DeviceWork devices;

    Settlement(Parts parts, ContainerWork work, DeviceWork devices) {
        this.parts = requireNonNull(parts, "parts is null");
        this.work = requireNonNull(work, "work is null");
        this.devices = requireNonNull(devices, "devices is null");
    }

    void run() throws InterruptedException {
        for (ContainerRecord container : record().containers()) {
            Intent intent = container.intent();
            if (intent != null) {
                settle(container, intent);
            }
        }
        for (DeviceRecord device : record().devices()) {
            devices.settle(device);
        }
        parts.network().settle();
    }

    private void settle(ContainerRecord container, Intent intent) throws InterruptedException {
        switch (intent) {
            case CREATE, DELETE -> {
                parts.containers().takeAway(container);
                SandboxRecord without = record().without(container.id());
                // The machine may be larger than it says.
                parts.ledger()
                        .note(
                                without.sized(parts.sizing().settle(without))
                                        .on(parts.connection().machine().record()));
            }
            case PAUSE, RESUME, UPDATE -> work.completeChange(container);
            case START -> {
                work.completeStart(container);
                // The containers of a sandbox that does not run are only started with it.
                parts.ledger()
                        .note(
                                record().state() == SandboxState.READY
                                        ? record().in(SandboxState.RUNNING)
                                        : record());
            }
        }
        LOG.info(
                "Container {} of sandbox {}: its {} was cut short and is settled",
                container.id(),
                parts.id(),
                intent);
    }

    private SandboxRecord record() {
        return parts.ledger().record();
    }
}
