package org.example.sunaba.remote;

import io.sunaba.tck.hypervisor.HypervisorContract;
import io.sunaba.tck.junit.ContractTests;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class RemoteHypervisorContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(HypervisorContract.suite(), RemoteFixture::new);
    }
}
