package io.sunaba.hypervisor.qemu;

import io.sunaba.tck.hypervisor.HypervisorContract;
import io.sunaba.tck.junit.ContractTests;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class QemuContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(HypervisorContract.suite(), QemuFixture::new);
    }
}
