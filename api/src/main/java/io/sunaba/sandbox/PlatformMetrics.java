package io.sunaba.sandbox;

import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/// Measurements of the platform, its sandboxes and their guests, in the text format of Prometheus.
/// An OSGi service of the metrics bundle.
///
/// Everything is measured when it is asked for, all sandboxes side by side. What does not answer in
/// time is left out and counted in `sunaba_scrape_failures_total`; the rest is there.
@ProviderType
public interface PlatformMetrics {
    /// Measures the platform and all its sandboxes.
    ///
    /// @param timeout how long to wait for the slowest
    String platform(Duration timeout) throws InterruptedException;

    /// Measures one sandbox.
    ///
    /// @throws io.sunaba.error.NotFoundException if there is none of that id
    String sandbox(String sandboxId, Duration timeout) throws InterruptedException;
}
