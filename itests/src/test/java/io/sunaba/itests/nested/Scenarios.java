package io.sunaba.itests.nested;

import java.util.List;
import java.util.stream.Stream;

/// What is run on a hypervisor in the first-level machine: the plugin's contract suite, and tests
/// of the platform that are those of any other hypervisor.
record Scenarios(String hypervisor, List<String> tests) {
    private static final String PACKAGE = "io.sunaba.itests.";

    static Scenarios of(String hypervisor) {
        Stream<String> contract =
                switch (hypervisor) {
                    case "qemu" -> Stream.of("io.sunaba.hypervisor.qemu.QemuContractTest");
                    case "clh" -> Stream.of("io.sunaba.hypervisor.clh.ContractOnKvm");
                    default ->
                            throw new IllegalArgumentException(
                                    "hypervisor '" + hypervisor + "' is neither qemu nor clh");
                };
        return new Scenarios(
                hypervisor,
                Stream.concat(
                                Stream.of(
                                                "LifecycleIT#containerGoesThroughItsLife",
                                                "LifecycleIT#sandboxesOutliveThePlatform",
                                                "LifecycleIT#machineThatDiesIsNoticed",
                                                "RunIT#passesOutputAndExitStatus",
                                                "OperationsIT#enterContainer",
                                                "OperationsIT#pauseContainer",
                                                "OperationsIT#resumeContainer",
                                                "OperationsIT#ioStream",
                                                "DeviceIT#diskIsMountedInARunningContainer",
                                                "ShareIT#bothSidesSeeWhatTheOtherWrites",
                                                "NetworkIT#tapsOnABridge",
                                                "ResizeIT#growsAndShrinks",
                                                "TemplateIT",
                                                "CacheIT#machinesAreHandedOutOnceAndAlive")
                                        .map(PACKAGE::concat),
                                contract)
                        .toList());
    }
}
