package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.Sandboxes;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.util.tracker.ServiceTracker;

/// Bundles are replaced twenty times each: no class loader, thread or descriptor of an old version
/// stays.
@RunWith(PaxExam.class)
public class SwapLeakIT {
    private static final int SWAPS = 20;
    private static final long MOST_KEPT = 16 << 20;

    static final List<String> BUNDLES =
            List.of(
                    "io.sunaba.hypervisor.qemu",
                    "io.sunaba.storage.fs",
                    "io.sunaba.storage.leveldb",
                    "io.sunaba.factory.template",
                    "io.sunaba.factory.cache",
                    "io.sunaba.agent",
                    "io.sunaba.core",
                    "io.sunaba.shell");

    @Inject private BundleContext context;

    @Configuration
    public Option[] platform() {
        return Platform.options();
    }

    @Test
    public void nothingOfOldBundlesStays() throws Exception {
        useSandboxes();
        swapAll(new OldBundles(), 2);
        HostFootprint before = HostFootprint.take();
        OldBundles old = new OldBundles();
        heldByTheFramework(Platform.bundleNamed("io.sunaba.agent", context));
        swapAll(old, SWAPS);
        old.awaitNoneLeft();
        before.awaitAsBefore(MOST_KEPT);
    }

    /// As Felix 7.0.5 leaves it when two threads load the same class of the API at once: a thread
    /// that has ended, whose last act was in the bundle.
    private void heldByTheFramework(Bundle bundle) throws Exception {
        ClassLoader held = bundle.adapt(BundleWiring.class).getClassLoader();
        Thread ended =
                Thread.startVirtualThread(() -> {
                    var _ = held.getName();
                });
        ended.join();
        ClassLoader api = Sandboxes.class.getClassLoader();
        Field notes = api.getClass().getDeclaredField("m_classLocks");
        notes.setAccessible(true);
        @SuppressWarnings("unchecked")
        Map<String, Thread> threads = (Map<String, Thread>) notes.get(api);
        threads.put("planted", ended);
    }

    private void swapAll(OldBundles old, int times) throws Exception {
        for (String name : BUNDLES) {
            Bundle bundle = Platform.bundleNamed(name, context);
            for (int i = 0; i < times; i++) {
                old.add(bundle);
                bundle.update(Rebuilt.version(name, "leak" + i));
                useSandboxes();
            }
        }
    }

    /// Has the core ask its plugins.
    private void useSandboxes() throws InterruptedException {
        ServiceTracker<Sandboxes, Sandboxes> tracker =
                new ServiceTracker<>(context, Sandboxes.class, null);
        tracker.open();
        try {
            assertThat(tracker.waitForService(60_000).list()).isEmpty();
        } finally {
            tracker.close();
        }
    }
}
