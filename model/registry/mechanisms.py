"""Every mechanism that the briefing paper describes, declared once: where the model has it, or why not.

V: the life of a person who is trafficked. O: operators. S: States and their officials. `where` names what realises it:
a function (`captivity.sell`), a parameter (`parameters.sale_rate`), an institution, a lever, a transition of the life
course or an outcome. `partly` says what of it is not in the model. A row without a place has the reason in `left_out`;
a reason that begins with MISSING is a gap that we mean to close, not a choice.
"""

from dataclasses import dataclass

MISSING = "MISSING"


@dataclass(frozen=True)
class Mechanism:
    id: str
    name: str
    section: str  # of the briefing paper
    where: tuple[str, ...] = ()
    left_out: str = ""
    partly: str = ""

    @property
    def status(self) -> str:
        """Return modelled, partly, missing or left out."""
        if self.where:
            return "partly" if self.partly else "modelled"
        return "missing" if self.left_out.startswith(MISSING) else "left out"


def _m(id, *, name, section, where="", left_out="", partly=""):
    return Mechanism(id, name, section, tuple(where.split()), left_out, partly)


# fmt: off
MECHANISMS = (
    # --- at risk, recruited -----------------------------------------------------------------------
    _m("V01", name="economic distress makes risky offers work", section="I.hist",
       where=(
           "recruiters.base_hazards recruiters.drive_in_area institutions.at_risk parameters.recruitment_rate "
           "levers.decent_work"
       )),
    _m("V02", name="inequality, conflict and climate push people to move", section="IV.A",
       where="recruiters.drive_in_area institutions.at_risk",
       partly="a dated change of one factor; its causes are outside the model"),
    _m("V03", name="advertised professional jobs with elaborate procedures", section="III.act",
       where=(
           "recruiters.affinity institutions.job_site_reach parameters.affinity_job_sites parameters.affinity_educated"
       )),
    _m("V04", name="false advertisements reach people through social media", section="III.means",
       where=(
           "recruiters.affinity recruiters.approach_reach institutions.social_media_reach parameters.affinity_social"
       )),
    _m("V05", name="how attractive an offer is against wages at home", section="III.means",
       where="recruiters.measure_answers parameters.offer_pull"),
    _m("V06", name="people are told of another place of work", section="III.means",
       left_out=(
           "where people believe they go changes no decision here: operations choose where they are brought, officials"
           " see travellers alike"
       )),
    _m("V07", name="educated, multilingual people are sought", section="I.prof",
       where=(
           "roster.build_strata recruiters.affinity screening.recognised parameters.affinity_educated "
           "parameters.profile_bias"
       )),
    _m("V08", name="demand for languages follows the fraud's market", section="I.hist",
       where=(
           "operations.line_of vacancies.choose_operation vacancies.measure_demand parameters.line_strength "
           "parameters.local_fit"
       ),
       partly="lines of business keep their shares: no market of targets moves them"),
    _m("V09", name="migrant workers stranded abroad are recruited on the spot", section="I.hist",
       where=(
           "recruiters.approach_reach institutions.stranded_reach parameters.affinity_on_the_spot "
           "parameters.share_forced_abroad"
       )),
    _m("V10", name="recruiters at home, in third countries and where operations are", section="III.act",
       where=(
           "recruiters.start_rings roster.build_strata institutions.recruiters_stopped parameters.ring_at_home "
           "levers.recruiter_regulation"
       )),
    _m("V11", name="abduction, and sale out of other migrant labour", section="III.act",
       where="person.begin_spell recruiters.entry_shares parameters.share_forced parameters.share_forced_abroad",
       partly="people taken by force travel like others; no other labour sector is simulated"),
    _m("V12", name="people who knew of the fraud but not of captivity", section="III.means",
       where=(
           "person.begin_spell screening.recognised parameters.share_deceived_on_conditions parameters.knew_penalty"
       )),
    _m("V13", name="mostly men, mostly adults; also women and children", section="I.prof",
       where="roster.build_strata recruiters.susceptibility parameters.share_young parameters.susceptibility_child"),
    # --- on the way -------------------------------------------------------------------------------
    _m("V14", name="regular entry into one country, then smuggled to the site", section="III.act",
       where="places.least_cost_routes border_officials.plan_routes border_officials.cross_borders"),
    _m("V15", name="some do not know that they crossed a border", section="III.act",
       left_out=(
           "whoever comes out abroad is treated as irregular, knowing or not (detention_chance, fines), so that "
           "knowing changes nothing"
       )),
    _m("V16", name="Thailand as the hub of transit", section="I.prof",
       where="places.least_cost_routes border_officials.plan_routes"),
    _m("V17", name="porous land borders; smugglers where regular ways are costly", section="I.prof",
       where=(
           "border_officials.expected_edge_cost border_officials.leave_the_post life_course.turned_to_smuggler "
           "institutions.smuggling_cost parameters.irregular_markup levers.safe_pathways"
       )),
    _m("V18", name="visa-free entry within ASEAN weakens screening at entry", section="I.prof",
       where="border_officials.meet_post parameters.visa_free_unasked"),
    _m("V19", name="traffickers supply transport and papers, booked as debt", section="III.act",
       where="border_officials.set_out parameters.debt_markup"),
    _m("V20", name="questions on departure and warnings at airports", section="IV.G",
       where=(
           "border_officials.meet_post border_officials.count_lawful_stops institutions.exit_stop "
           "levers.exit_interception life_course.stopped_at_border"
       )),
    # --- held -------------------------------------------------------------------------------------
    _m("V21", name="collected on arrival and locked in", section="III.act",
       where="border_officials.arrive life_course.received"),
    _m("V22", name="armed guards", section="III.act",
       where="captivity.escape_hazard captivity.try_to_escape parameters.guard_deterrence institutions.guarding"),
    _m("V23", name="passport and phone taken, no contact", section="III.means",
       where=(
           "captivity.meet_risks beliefs.gather_leads services.papers institutions.contact parameters.calls_home "
           "parameters.phones"
       )),
    _m("V24", name="confined even inside the compound", section="III.means",
       left_out="a compound has no inside here: what keeps people from leaving is its guarding"),
    _m("V25", name="a ledger of debt that grows", section="III.means",
       where="debts.debt_now border_officials.set_out parameters.debt_growth parameters.escape_fine"),
    _m("V26", name="debt to be paid before one may leave", section="III.means",
       where=(
           "captivity.meet_risks parameters.debt_scale parameters.release_rate life_course.ransomed "
           "life_course.released"
       )),
    _m("V27", name="forced to defraud by script, for revenue", section="III.purp",
       where="accounts.price_places accounts.keep_accounts parameters.revenue outcomes.money_defrauded"),
    _m("V28", name="punished for missed targets", section="III.means",
       where="compounds.keep_sites parameters.target_pressure outcomes.abuse_exposure",
       partly="abuse, the same for all in a compound; no fine and no sale follows one's own missed target"),
    _m("V29", name="torture, sexual violence, transfer into the sex sector", section="III.means",
       where=(
           "captivity.measure_harm captivity.be_sold life_course.sold_to_other_sector parameters.sexual_violence_rate "
           "parameters.other_sector_share parameters.other_sector_women"
       ),
       partly="counted as exposure; a transfer is a share of sales, not a punishment"),
    _m("V30", name="deaths from mistreatment and lack of medical care", section="III.means",
       where="captivity.meet_risks life_course.died_held parameters.death_rate outcomes.deaths"),
    _m("V31", name="long hours, set by the targets' time zones", section="III.means",
       left_out="hours are part of abuse; no decision depends on them apart"),
    _m("V32", name="contracts and pay, taken as proof of labour migration", section="IV.C",
       where="screening.recognised parameters.share_with_contract parameters.contract_penalty"),
    # --- sold, ransomed, out ----------------------------------------------------------------------
    _m("V33", name="each sale raises the debt", section="III.means",
       where="captivity.sell parameters.sale_markup life_course.sold"),
    _m("V34", name="people are moved across borders in both directions", section="III.means",
       where="captivity.sell captivity.carry vacancies.choose_operation life_course.moved_with_operation"),
    _m("V35", name="people are sold through messaging apps", section="II.dig",
       where="captivity.be_sold institutions.people_market levers.platform_oversight"),
    _m("V36", name="ransom from families", section="III.means",
       where=(
           "captivity.pay_ransom life_course.ransomed parameters.ransom_rate parameters.debt_after_ransom "
           "outcomes.ransom_paid"
       )),
    _m("V37", name="escape attempts, most of which fail", section="III.means",
       where=(
           "captivity.try_to_escape life_course.escaped life_course.recaptured life_course.died_escaping "
           "parameters.escape_rate"
       )),
    _m("V38", name="rivers as a way out", section="III.means",
       where="captivity.try_to_escape parameters.river_help"),
    _m("V39", name="raids, betrayed beforehand", section="II.gov",
       where=(
           "raids.strike raids.evacuate raids.raid_compounds institutions.tip_off parameters.hidden_share "
           "life_course.freed_in_raid outcomes.raids_betrayed"
       )),
    _m("V40", name="consulates locate and free their nationals", section="IV.G",
       where=(
           "captivity.consular_hazard call_outs.answer_complaints life_course.freed_by_consulate "
           "life_course.freed_on_complaint institutions.consular_reach institutions.call_outs "
           "parameters.consular_capacity levers.consular_coverage"
       )),
    _m("V41", name="evidence is lost on the way out", section="IV.E",
       where="screening.recognised parameters.evidence_lost parameters.evidence_weight"),
    # --- screened, punished -----------------------------------------------------------------------
    _m("V42", name="formal identification is the gate to protection", section="IV.B",
       where=(
           "screening.screen screening.treat_as_victim life_course.identified_to_open_shelter "
           "life_course.identified_without_bed"
       ),
       partly="services also take in stranded people whom no official has identified"),
    _m("V43", name="many are not identified", section="IV.B",
       where=(
           "screening.recognised screening.hand_over institutions.sensitivity life_course.identified_at_home "
           "outcomes.identified_share"
       )),
    _m("V44", name="law that does not recognise forced criminality", section="IV.E",
       where=(
           "screening.recognised institutions.recognition parameters.recognition_without_law "
           "levers.law_covers_forced_criminality"
       )),
    _m("V45", name="taken for a criminal", section="IV.B",
       where=(
           "screening.to_be_charged life_course.charged_after_screening life_course.charged_unscreened "
           "institutions.charges"
       )),
    _m("V46", name="taken for an immigration offender", section="IV.B",
       where=(
           "screening.treat_as_offender screening.detention_chance life_course.detained_after_screening "
           "institutions.detains"
       )),
    _m("V47", name="officials trained for another profile; no common language", section="II.org",
       where=(
           "screening.recognised parameters.profile_bias parameters.language_barrier institutions.training "
           "institutions.interpreters"
       )),
    _m("V48", name="fear of traffickers and authorities keeps people silent", section="IV.B",
       where=(
           "screening.meet_authorities captivity.belief_now beliefs.spread_beliefs reprisals.unafraid parameters.fear "
           "parameters.fear_silences parameters.seeks_help parameters.reprisal_fear"
       )),
    _m("V49", name="shame, and a status that brings no benefit", section="IV.A",
       where="screening.benefit screening.screen parameters.shame",
       partly="the benefit that counts is a free bed; leave to stay and to work is not weighed"),
    _m("V50", name="detained after rescue, often until deported", section="IV.C",
       where=(
           "screening.detain services.be_detained life_course.identified_but_detained life_course.deported "
           "institutions.deportation institutions.detention_places"
       )),
    _m("V51", name="unpaid fines prolong detention", section="IV.F",
       where="services.be_detained parameters.fine_scale institutions.fines",
       partly="the same for all: what a family can pay counts only for extortion"),
    _m("V52", name="extortion in detention", section="IV.E",
       where="services.be_detained life_course.extorted institutions.extortion"),
    _m("V53", name="trafficked again from detention", section="IV.F",
       where="services.be_detained life_course.retrafficked_from_detention institutions.collusion"),
    _m("V54", name="fines and bans on re-entry", section="IV.C",
       where="services.be_deported person.begin_spell institutions.fines",
       partly="who was removed from custody travels as smuggled people do, whatever the State and however long ago"),
    _m("V55", name="prosecuted at home", section="IV.C",
       where="home.face_the_state life_course.charged_at_home institutions.charged_at_home"),
    _m("V56", name="bonds and electronic tagging on return", section="IV.C",
       where="home.face_the_state institutions.home_penalty",
       partly="the money only"),
    _m("V57", name="penalties meant to deter others", section="IV.C",
       where="recruiters.entry_shares levers.return_penalties institutions.willing_entry",
       partly="States do not decide on it themselves: a scenario does"),
    # --- return, remedy, again --------------------------------------------------------------------
    _m("V58", name="return is the usual way out", section="IV.D",
       where=(
           "services.be_sheltered services.meet_chances life_course.returned_from_shelter life_course.returned_alone "
           "parameters.returns_from_shelter"
       )),
    _m("V59", name="some cannot return", section="IV.F",
       where=(
           "person.leave_home services.be_sheltered institutions.stay parameters.unsafe_return_anyway "
           "life_course.stayed_from_shelter"
       ),
       partly=(
           "a fixed trait to which reprisals at home alone add: neither debt nor charges do, and an unsafe return "
           "harms nobody further"
       )),
    _m("V60", name="weak assessment of risk before removal", section="IV.D",
       where=(
           "services.be_detained services.be_sheltered institutions.unsafe_return_caught "
           "life_course.returned_without_alternative"
       )),
    _m("V61", name="stranded without papers, fare or embassy", section="IV.F",
       where=(
           "services.papers services.meet_chances institutions.documents parameters.papers_without_consulate "
           "outcomes.stranded"
       )),
    _m("V62", name="destitute, and trafficked again", section="IV.F",
       where=(
           "services.meet_chances services.taken_again life_course.retrafficked_while_stranded "
           "parameters.again_stranded"
       )),
    _m("V63", name="little capacity to protect", section="IV.D",
       where=(
           "screening.shelter services.renew_capacities services.reached institutions.open_beds "
           "institutions.services_reach"
       ),
       partly="beds of the State and of civil society are not kept apart"),
    _m("V64", name="men are kept out of services", section="IV.D",
       where="screening.shelter institutions.men_admitted"),
    _m("V65", name="help tied to conditions", section="IV.D",
       where=(
           "screening.accepts_help screening.meet_authorities beliefs.adapt_institutions institutions.tied "
           "institutions.uptake levers.unconditional"
       )),
    _m("V66", name="no wall between services and immigration police", section="IV.D",
       where=(
           "screening.meet_authorities services.reached institutions.safe_help parameters.arrest_when_seeking_help "
           "levers.firewall"
       )),
    _m("V67", name="stigma and shame at home", section="IV.D",
       where=(
           "home.settle_in home.be_settled institutions.stigma life_course.reintegrated_alone life_course.fell_back"
       )),
    _m("V68", name="no work while charges pend", section="IV.D",
       where=(
           "home.face_the_state home.await_judgment life_course.retrafficked_under_charge "
           "parameters.drive_under_charge parameters.record_stigma"
       )),
    _m("V69", name="debts at home: loans, ransom, fines", section="IV.F",
       where=(
           "debts.pressed_by_debt person.set_drive remedy.compensate parameters.again_debt "
           "parameters.debt_after_ransom institutions.debt_relief institutions.remedy_fund"
       )),
    _m("V70", name="without remedy, precarious migration again", section="IV.D",
       where=(
           "home.be_home remedy.claimants life_course.retrafficked_from_home parameters.again_base parameters.back_pay "
           "institutions.remedy_access levers.remedy outcomes.retrafficked"
       )),
    _m("V71", name="long-term support prevents being trafficked again", section="IV.D",
       where=(
           "home.settle_in life_course.reintegrated_with_support institutions.reintegration "
           "parameters.drive_with_support"
       )),
    _m("V72", name="children are neither prosecuted nor detained", section="IV.D",
       where=(
           "screening.meet_authorities screening.screen services.spared_as_child institutions.child_found "
           "institutions.child_detained levers.child_track outcomes.children_detained"
       )),
    _m("V73", name="harm inside, person by person, and recovery", section="III.means",
       where=(
           "captivity.measure_harm captivity.leave_operation services.be_sheltered parameters.health_loss "
           "parameters.recovery outcomes.abuse_exposure outcomes.health_lost"
       ),
       partly="the same for each sex and age; health recovers in open shelters alone"),
    _m("V74", name="a child's own track: presumed minority, best interests, family or alternative care",
        section="IV.D",
       where=(
           "screening.meet_authorities services.decide_for_child services.waits_for_decision home.settle_in "
           "institutions.child_found institutions.guardians institutions.best_interests_first "
           "institutions.institution_return life_course.placed_in_care levers.child_track"
       ),
       partly=(
           "no lost schooling, no determination outside open shelters; a return into an institution slows settling, "
           "no more"
       )),
    _m("V75", name="open against closed shelters", section="IV.D",
       where=(
           "screening.shelter services.be_kept_closed life_course.identified_to_closed_shelter life_course.opened_door"
           " institutions.closed_beds outcomes.deprived_by_a_state"
       )),
    _m("V76", name="risk of return, assessed; returns without a choice are coerced", section="IV.D",
       where="services.be_sheltered services.be_detained institutions.unsafe_return_caught outcomes.coerced_returns",
       partly="a chance, not a queue with a capacity"),
    _m("V77", name="harassment, naming and restricted movement after return", section="IV.D",
       where="home.settle_in institutions.stigma",
       partly="it slows settling, but costs no trust among people from the same home"),
    _m("V78", name="legal aid, and a trafficking defence at any stage", section="IV.C",
       where=(
           "services.be_judged services.be_detained screening.protected screening.won_by_lawyer home.ask_to_clear "
           "institutions.lawyers institutions.np_practice parameters.defence_raised parameters.lawyers_win "
           "life_course.case_dropped levers.legal_aid"
       )),
    _m("V79", name="services for women, for each age, with a disability", section="IV.D",
       where="screening.shelter institutions.men_admitted",
       partly="men are kept out of services, but nothing says how far these suit women or people with a disability"),
    _m("V80", name="missing people traced across borders", section="IV.G",
       where="home.be_untraced life_course.lost_trace life_course.traced institutions.tracing"),
    # --- operators --------------------------------------------------------------------------------
    _m("O01", name="rooted in casinos and online gambling", section="I.hist",
       where=(
           "start.build_up landlords.build compounds.size_of_site parameters.start_licensed parameters.licensed_held"
       )),
    _m("O02", name="bans and closures moved operations and let them adapt", section="I.hist",
       where=(
           "compounds.close_by_order relocation.relocate institutions.licensed_closure parameters.share_licensed_new "
           "levers.licence_ban"
       ),
       partly="that closures add to the weight of large groups is neither imposed nor counted"),
    _m("O03", name="the pandemic closed casinos: less regulated places, and online", section="I.hist",
       where=(
           "compounds.close_by_order relocation.relocate institutions.licensed_closure institutions.online_demand"
       ),
       partly="operations change place, not their business"),
    _m("O04", name="stranded migrant workers replace recruits from abroad", section="I.hist",
       where=(
           "recruiters.shift_effort recruiters.entry_shares institutions.stranded_reach parameters.border_deterrence"
       )),
    _m("O05", name="more people online to defraud", section="I.hist",
       where="accounts.price_places institutions.online_demand"),
    _m("O06", name="adapting, building, upgrading", section="I.intro",
       where=(
           "landlords.build compounds.harden relocation.found parameters.refill_elasticity "
           "parameters.reinvested"
       ),
       partly="compounds harden after raids and escapes; profits build new ones but upgrade none"),
    _m("O07", name="operations move with the people whom they hold", section="V",
       where=(
           "relocation.relocate captivity.settle_fate captivity.carry parameters.carried_share life_course.abandoned "
           "outcomes.moved"
       )),
    _m("O08", name="growth with armed factions after the coup", section="II.gov",
       where=(
           "captivity.meet_risks accounts.price_places institutions.protection_price life_course.taken_by_armed_group "
           "parameters.armed_group_rate"
       )),
    _m("O09", name="border areas without law enforcement", section="II.gov",
       where="raids.choose_target captivity.consular_hazard institutions.control"),
    _m("O10", name="special economic zones as cover", section="II.gov",
       where="raids.choose_target institutions.control levers.sez_access"),
    _m("O11", name="a zone that the police cannot enter", section="II.gov",
       where="raids.choose_target captivity.consular_hazard institutions.control"),
    _m("O12", name="licences as a loophole", section="II.gov",
       where="raids.choose_site start.build_up institutions.hidden parameters.licence_cover levers.licence_ban"),
    _m("O13", name="collusion with officials, politicians and business", section="II.gov",
       where=(
           "raids.choose_site outlook.payers_spared beliefs.adapt_institutions accounts.price_places "
           "complicity.turn_over_officials institutions.spares_payers "
           "parameters.payer_size parameters.bribe_response"
       )),
    _m("O14", name="platforms carry false job advertisements", section="II.dig",
       where=(
           "recruiters.approach_reach recruiters.take_down recruiters.ads_left institutions.social_media_reach "
           "institutions.ads_removed institutions.ads_answered institutions.takedown_weeks levers.platform_oversight "
           "levers.platform_due_diligence"
       )),
    _m("O15", name="platforms and app stores lend the fraud legitimacy", section="II.dig",
       left_out="part of the revenue per person held: the paper names no measure that would change it apart"),
    _m("O16", name="messaging services used to run trafficking", section="IV.G",
       where="recruiters.approach_reach parameters.affinity_private institutions.private_reach",
       partly="for recruiting; operations have no cost of coordination, and what platforms do against sales is in V35"),
    _m("O17", name="power and connectivity for compounds, also across borders", section="IV.G",
       where=(
           "accounts.price_places beliefs.adapt_institutions policies_in_force.compile_plans institutions.output_lost "
           "parameters.substitution_rate parameters.substitution_cost levers.telecom_supply"
       )),
    _m("O18", name="cash-out through banks and crypto exchanges", section="IV.G",
       where=(
           "accounts.price_places accounts.frozen policies_in_force.compile_plans institutions.laundering_cost "
           "institutions.accounts_frozen parameters.takings_in_accounts levers.cashout_control"
       )),
    _m("O19", name="trust is built for weeks before a target pays", section="III.purp",
       where="accounts.keep_accounts relocation.wants_to_move parameters.trust_weeks"),
    _m("O20", name="high profits", section="I.hist",
       where="accounts.keep_accounts parameters.revenue parameters.reinvested parameters.consumed"),
    _m("O21", name="people are sold between operations", section="III.means",
       where="captivity.sell parameters.sale_rate parameters.sale_price"),
    _m("O22", name="reprisals against those who leave", section="IV.A",
       where=(
           "services.meet_chances reprisals.unafraid reprisals.follows_home reprisals.make_family_pay "
           "institutions.reprisal institutions.reprisals_prevented parameters.reprisal_deadly "
           "parameters.reprisal_fear life_course.killed_at_home levers.witness_protection"
       ),
       partly="people who have settled, or are charged at home, meet none"),
    _m("O23", name="spread beyond the region", section="n14",
       where="outlook.discounts outlook.choose_place parameters.moving_cost_beyond"),
    _m("O24", name="landlords apart from the firms that rent from them", section="II.gov",
       where=(
           "landlords.rent_of landlords.build landlords.evict institutions.landlord_liability "
           "parameters.landlord_reach levers.landlord_accountability"
       )),
    # --- States and officials ---------------------------------------------------------------------
    _m("S01", name="countries of origin became destinations, unprepared", section="I.prof",
       where=(
           "services.renew_capacities institutions.screening_slots institutions.open_beds "
           "levers.destination_resourcing"
       )),
    _m("S02", name="little capacity to investigate across borders", section="II.org",
       where="raids.strike_owners institutions.owner_arrest parameters.weakened_by_arrest levers.police_training"),
    _m("S03", name="delays in rescues across borders", section="IV.G",
       where="raids.plan_raids captivity.consular_hazard institutions.agreement_delay parameters.rescue_delay"),
    _m("S04", name="no common view of the extent", section="IV.G",
       where=(
           "states.feel_pressure institutions.intelligence_shared parameters.pressure_weight "
           "levers.regional_coordination"
       ),
       partly="joint action does not wait until several States see the problem"),
    _m("S05", name="acting alone displaces", section="IV.G",
       where=(
           "relocation.wants_to_move outlook.utility outlook.choose_place levers.crackdown "
           "outcomes.operations_moved_in"
       )),
    _m("S06", name="ad hoc closures and mass deportation", section="II.gov",
       where=(
           "screening.meet_authorities compounds.close_by_order life_course.deported_unassessed "
           "institutions.deports_unassessed levers.mass_deportation"
       )),
    _m("S07", name="officials who guard, move people, inform and extort", section="II.gov",
       where=(
           "border_officials.looks_away raids.strike services.be_detained institutions.border_collusion "
           "institutions.tip_off institutions.extortion institutions.collusion"
       ),
       partly="officials among the guards are not kept apart"),
    _m("S08", name="corruption before, during and after captivity", section="II.gov",
       where=(
           "states.draw_deviations complicity.turn_over_officials complicity.found_out raids.strike "
           "border_officials.looks_away services.be_detained institutions.accountability "
           "parameters.officials_complicit parameters.removal_fear parameters.idle_for_fear levers.anti_corruption"
       )),
    _m("S09", name="irregular migration is a crime", section="IV.F",
       where=(
           "screening.detention_chance services.arrested institutions.detains parameters.arrest_rate "
           "levers.decriminalise"
       )),
    _m("S10", name="non-punishment on paper, narrow in scope", section="IV.C",
       where="screening.protected institutions.np_scope levers.non_punishment_scope"),
    _m("S11", name="fraud is missing from the exempt offences", section="IV.E",
       where="screening.treat_as_offender institutions.np_scope institutions.charges"),
    _m("S12", name="warnings and declarations on departure", section="IV.G",
       where=(
           "recruiters.approach_reach border_officials.meet_post institutions.social_media_reach institutions.exit_stop"
       )),
    _m("S13", name="no embassy where people are held", section="IV.G",
       where=(
           "captivity.consular_hazard services.papers parameters.reach_without_consulate "
           "parameters.papers_without_consulate"
       )),
    _m("S14", name="shrinking civic space", section="IV",
       where=(
           "beliefs.gather_leads beliefs.civic_room reprisals.scrutiny institutions.civic_space "
           "institutions.complaints_heard parameters.civic_backlash levers.civic_space levers.regional_complaints"
       )),
    _m("S15", name="measures that are too broad", section="IV.G",
       where=(
           "recruiters.count_lawful_ads border_officials.count_lawful_stops institutions.lawful_ads_removed "
           "parameters.lawful_with_false "
           "outcomes.lawful_ads_removed outcomes.lawful_travellers_stopped"
       ),
       partly="travel and advertisements; censorship of speech is not"),
    _m("S16", name="instruments in place, weakly applied", section="V",
       where="screening.protected institutions.np_scope institutions.np_practice institutions.training"),
    _m("S17", name="closed borders blocked joint action", section="IV.G",
       where=(
           "beliefs.gather_leads border_officials.meet_post institutions.closure institutions.intelligence_shared "
           "institutions.joint_action institutions.return_help"
       )),
    _m("S18", name="punishing victims hinders their recovery", section="IV.C",
       where="home.settle_in person.set_drive parameters.record_stigma parameters.again_record",
       partly="a conviction and a pending charge do; detention itself leaves no trace"),
    _m("S19", name="fair trial and individual assessment for everybody", section="IV.A",
       where=(
           "screening.detention_chance screening.detain services.be_judged institutions.assessed "
           "institutions.safeguards levers.due_process outcomes.detained_without_assessment "
           "outcomes.convicted_without_safeguards"
       ),
       partly="trials of trafficked people are counted, those of traffickers are not"),
    _m("S20", name="travel restricted by sex, age, marital or parental status", section="IV.F",
       where="border_officials.count_lawful_stops levers.exit_interception outcomes.lawful_travellers_stopped",
       partly=(
           "trafficked people are stopped by group; lawful travellers count as one, which a measure for some stops by "
           "their share of all people at risk; marital and parental status are unknown"
       )),
)
# fmt: on
