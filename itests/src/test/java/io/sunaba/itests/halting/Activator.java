package io.sunaba.itests.halting;

import static java.util.Objects.requireNonNull;

import io.sunaba.storage.MetadataStorage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/// Registers the storage `halting`.
public final class Activator implements BundleActivator {
    @Override
    public void start(BundleContext context) throws IOException {
        Path data = Path.of(requireNonNull(context.getProperty("sunaba.data")));
        var _ =
                context.registerService(
                        MetadataStorage.class,
                        new HaltingStorage(data.resolve("halting")),
                        FrameworkUtil.asDictionary(Map.of(MetadataStorage.NAME, "halting")));
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the service away.
    }
}
