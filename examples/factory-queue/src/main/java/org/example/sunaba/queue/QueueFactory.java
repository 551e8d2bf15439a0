package org.example.sunaba.queue;

import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.HypervisorConfig;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/// Has another factory make machines, a few at a time: where the guest's code is translated, twenty
/// machines that boot at once are each twenty times as slow, and all are late.
@Component(
        service = VmFactory.class,
        configurationPid = QueueFactory.PID,
        property = VmFactory.NAME + "=queue")
@Designate(ocd = Settings.class)
public final class QueueFactory implements VmFactory {
    static final String PID = "org.example.sunaba.factory.queue";

    private final VmFactory base;
    private final int size;
    private final Semaphore turns;

    @Activate
    public QueueFactory(@Reference(name = "base") VmFactory base, Settings settings) {
        this(base, settings.size());
    }

    QueueFactory(VmFactory base, String size) {
        this.base = base;
        this.size = atLeastOne(size);
        turns = new Semaphore(this.size, true);
    }

    private static int atLeastOne(String size) {
        try {
            int number = Integer.parseInt(size.strip());
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new RejectedException(PID + ": size is not a number: " + size, e);
        }
        throw new RejectedException(PID + ": size must be at least 1: " + size);
    }

    @Override
    public Vm newVm(HypervisorConfig config) throws InterruptedException {
        Duration patience = config.bootTimeout();
        if (!turns.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new UnavailableException(
                    "no turn within %d ms: %d machines are being made"
                            .formatted(patience.toMillis(), size));
        }
        try {
            return base.newVm(config);
        } finally {
            turns.release();
        }
    }
}
