package io.sunaba.gate.visitor;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/// Leaves a trace when its code runs.
public final class Visitor implements BundleActivator {
    @Override
    public void start(BundleContext context) {
        System.setProperty(context.getBundle().getSymbolicName(), "was here");
    }

    @Override
    public void stop(BundleContext context) {
        // Nothing was taken.
    }
}
