package io.sunaba.itests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.factory.VmPool;
import io.sunaba.factory.VmPools;
import io.sunaba.hypervisor.Hypervisor;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxState;
import io.sunaba.sandbox.Sandboxes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.util.Filter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/// The bundle of the cache is updated and stopped while sandboxes are created: no create fails, and
/// no machine is left of those that nobody was given.
@RunWith(PaxExam.class)
public class CacheBundleIT {
    private static final int CALLERS = 2;
    private static final int CREATES = 3;
    private static final int UPDATES = 3;

    @Inject private BundleContext context;

    @Inject
    @Filter(timeout = 30_000)
    private Sandboxes sandboxes;

    @Inject
    @Filter(timeout = 30_000)
    private Hypervisor hypervisor;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    private Bundle bundle() {
        return Platform.bundleNamed("io.sunaba.factory.cache", context);
    }

    private Sandbox create(String id) throws InterruptedException {
        return sandboxes.create(Platform.small(id, "cache"));
    }

    private List<VmPool> pools() {
        ServiceReference<VmPools> reference = context.getServiceReference(VmPools.class);
        if (reference == null) {
            return List.of();
        }
        try {
            return requireNonNull(context.getService(reference)).list();
        } finally {
            context.ungetService(reference);
        }
    }

    private void awaitFull() {
        Installation.await(
                "the pool is full",
                () -> {
                    List<VmPool> pools = pools();
                    return !pools.isEmpty()
                            && pools.getFirst().waiting() == pools.getFirst().target();
                });
    }

    private List<String> owners() {
        return hypervisor.machines().stream().map(machine -> machine.owner()).sorted().toList();
    }

    @Test
    public void noCreateFailsAndNothingIsLeft() throws Exception {
        create("first");
        awaitFull();
        List<Future<Sandbox>> creates = new ArrayList<>();
        try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
            for (int i = 0; i < CALLERS * CREATES; i++) {
                String id = "under-load-" + i;
                creates.add(callers.submit((Callable<Sandbox>) () -> create(id)));
            }
            for (int i = 0; i < UPDATES; i++) {
                bundle().update();
            }
            for (Future<Sandbox> create : creates) {
                assertThat(create.get().status().state()).isEqualTo(SandboxState.READY);
            }
        }
        create("again");
        awaitFull();
        bundle().stop();

        assertThat(owners())
                .hasSize(CALLERS * CREATES + 2)
                .allMatch(it -> it.startsWith("sandbox/"));
        for (var sandbox : sandboxes.list()) {
            Sandbox left = sandboxes.fetch(sandbox.id());
            assertThat(left.status().state()).isEqualTo(SandboxState.READY);
            left.delete();
        }
        assertThat(owners()).isEmpty();
        bundle().start();
    }
}
