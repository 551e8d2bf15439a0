package io.sunaba.benchmarks;

import java.util.Map;
import java.util.ServiceLoader;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/// A program that starts an OSGi framework with no bundle in it, and says so.
public final class BareFramework {
    private BareFramework() {}

    /// Arguments: the directory that the framework may have.
    public static void main(String[] arguments) throws Exception {
        Framework framework =
                ServiceLoader.load(FrameworkFactory.class)
                        .findFirst()
                        .orElseThrow()
                        .newFramework(Map.of(Constants.FRAMEWORK_STORAGE, arguments[0]));
        framework.start();
        System.out.println("started");
        framework.stop();
        framework.waitForStop(0);
    }
}
