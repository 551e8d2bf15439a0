package io.sunaba.etc.apply;

import static java.util.Objects.requireNonNull;

import io.sunaba.configuration.ConfigurationFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.felix.fileinstall.ArtifactInstaller;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.service.cm.ConfigurationAdmin;

/// Takes the place of FileInstall's own reader of configuration files. No component: components are
/// configured by it.
public final class Activator implements BundleActivator {
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

    @Override
    public void start(BundleContext context) throws Exception {
        ServiceReference<ConfigurationAdmin> reference =
                requireNonNull(
                        context.getServiceReference(ConfigurationAdmin.class),
                        "there is no ConfigurationAdmin");
        Definitions definitions = new Definitions(context);
        Path folder =
                Path.of(
                                requireNonNull(
                                        context.getProperty("sunaba.home"),
                                        "sunaba.home is not set"))
                        .resolve("etc");
        EtcInstaller installer =
                new EtcInstaller(
                        folder,
                        context::getProperty,
                        definitions::of,
                        new Configurations(context.getService(reference)));
        installer.forgetOthers();
        context.addBundleListener(
                (SynchronousBundleListener)
                        event -> {
                            if (definitions.changed(event)) {
                                installer.checkAgain();
                            }
                        });
        registrations.add(
                context.registerService(
                        ArtifactInstaller.class,
                        installer,
                        FrameworkUtil.asDictionary(Map.of(Constants.SERVICE_RANKING, 100))));
        registrations.add(context.registerService(ConfigurationFiles.class, installer, null));
    }

    @Override
    public void stop(BundleContext context) {
        registrations.forEach(ServiceRegistration::unregister);
    }
}
