package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.Sandboxes;
import java.util.List;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
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
        swapAll(old, SWAPS);
        old.awaitNoneLeft();
        before.awaitAsBefore(MOST_KEPT);
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
