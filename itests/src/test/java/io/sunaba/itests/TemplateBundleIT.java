package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.hypervisor.MachineRecord;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxMonitor;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.Sandboxes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/// The bundle of the template factory is updated while sandboxes are created: no create fails, no
/// machine is left, and the template is there afterwards.
@RunWith(PaxExam.class)
public class TemplateBundleIT {
    private static final int CALLERS = 2;
    private static final int UPDATES = 5;
    private static final int CREATES_AT_LEAST = 12;

    @Inject private BundleContext context;

    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Inject
    @Filter(timeout = 30_000)
    private Hypervisor hypervisor;

    private final AtomicBoolean updated = new AtomicBoolean();

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    private Bundle bundle() {
        return Platform.bundleNamed("io.sunaba.factory.template", context);
    }

    private void createAndDelete(String id) throws InterruptedException {
        Sandbox sandbox = sandboxes.create(Platform.small(id, "template"));
        assertThat(sandbox.status().state()).isEqualTo(SandboxState.READY);
        sandbox.stop(true);
        sandbox.delete();
    }

    /// Creates until the bundle was updated often enough.
    private int createOnAndOn(String prefix) throws InterruptedException {
        int count = 0;
        while (!updated.get() || count < CREATES_AT_LEAST / CALLERS) {
            createAndDelete(prefix + count);
            count++;
        }
        return count;
    }

    @Test
    public void noCreateFails() throws Exception {
        createAndDelete("first");
        Installation.await("a template", () -> isClone("warm"));
        int created = 0;
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            List<Future<Integer>> creates = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                String prefix = "load-" + i + "-";
                creates.add(callers.submit((Callable<Integer>) () -> createOnAndOn(prefix)));
            }
            for (int i = 0; i < UPDATES; i++) {
                createAndDelete("between-" + i);
                bundle().update();
            }
            updated.set(true);
            for (Future<Integer> create : creates) {
                created += create.get();
            }
        }
        assertThat(created).isGreaterThanOrEqualTo(CREATES_AT_LEAST);
        assertThat(isClone("after")).as("the template outlived its bundle").isTrue();
        assertThat(hypervisor.machines().stream().map(MachineRecord::owner)).isEmpty();
    }

    /// Creates a sandbox and tells whether the template factory served it.
    private boolean isClone(String id) {
        try (SandboxMonitor monitor = sandboxes.monitor()) {
            createAndDelete(id);
            return !(monitor.next() instanceof SandboxEvent.FactoryFellBack);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
